// Where traces go, as the operator chose.

/** `[telemetry]`: without an endpoint it is off. Durations are milliseconds. */
export interface TelemetryChoice {
  /** The base URL of a collector that takes OTLP by HTTP. */
  readonly endpoint?: string;
  /** A file of header fields for it, `Name: value`: what proves who we are. */
  readonly headersFile?: string;
  /** What we are called there. */
  readonly service: string;
  /** The share of sessions that are traced, 0 to 1; a session is traced whole or not at all. */
  readonly sample: number;
  /** Whether addresses of mailboxes, and the words of plugins, which may name some, are told. */
  readonly addresses: boolean;
  readonly gzip: boolean;
  /** Spans that wait at the most; what comes then is dropped and counted. */
  readonly queue: number;
  /** The longest time that a span waits for others to go with. */
  readonly interval: number;
  /** For one request to the collector. */
  readonly timeout: number;
}
