// What one plugin may use in one call, unless its table in the configuration says otherwise.

/** Per call, but for `memoryPages` and `tableEntries`, which an instance has for its life. */
export interface PluginLimits {
  /** Milliseconds of the guest's own running; the clock stands still while it waits for the host. */
  readonly cpu: number;
  /** Milliseconds in all, waiting included; then every pending capability is aborted. */
  readonly wall: number;
  /** Pages of 64 KiB. */
  readonly memoryPages: number;
  readonly tableEntries: number;
  /** Octets of the event. */
  readonly input: number;
  /** Octets of the answer. */
  readonly output: number;
  /** Requests to capabilities. */
  readonly hostCalls: number;
  /** Octets of log lines. */
  readonly log: number;
}

export const defaultLimits: PluginLimits = {
  cpu: 50,
  wall: 10_000,
  memoryPages: 512,
  tableEntries: 10_000,
  input: 262_144,
  output: 65_536,
  hostCalls: 100,
  log: 16_384,
};

/** `fresh`: every call begins with the memory that `configure` left. `keep`: with what the last call left. */
export type PluginState = "fresh" | "keep";
