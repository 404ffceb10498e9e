// Sends spans to the collector in batches. Nobody ever waits for it: what does not find room is dropped and counted.

import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Log } from "../log/log.ts";
import type { TelemetryChoice } from "./choice.ts";
import { encodeSpans, type Scope } from "./encode_spans.ts";
import type { Collector, Posted } from "./post.ts";
import type { Headers } from "./read_headers.ts";
import type { Attributes, Span } from "./span.ts";

export interface ExporterMeans {
  readonly choice: Pick<TelemetryChoice, "queue" | "interval" | "timeout" | "gzip">;
  readonly collector: Collector;
  readonly resource: Attributes;
  readonly scope: Scope;
  readonly log: Log;
  /** Milliseconds before a batch is tried again, as often as there are numbers. */
  readonly pauses?: readonly number[];
}

/** Spans of one request: to encode them takes about a millisecond, in which nothing else runs. */
const mostTogether = 256;

/** With chance added, so that the workers of a server do not all come back at once. */
const standardPauses = [1000, 2000, 4000, 8000, 16_000];

/** Shorter is not worth the work. */
const leastToCompress = 1024;

/** Milliseconds that the end of the process may be put off by. */
const closeWithin = 2000;

const compress = promisify(gzip);

export class SpanExporter {
  readonly #means: ExporterMeans;
  readonly #waiting: Span[] = [];
  readonly #closing = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | undefined;
  #request: AbortController | undefined;
  #late = false;
  #dropped = 0;
  /** Of those: told in the log. */
  #told = 0;
  #troubled = false;

  constructor(means: ExporterMeans) {
    this.#means = means;
  }

  /** Spans that nobody will see. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Spans that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Never waits and never throws. */
  put(span: Span): void {
    const { choice: { queue, interval } } = this.#means;
    if (this.#waiting.length >= queue || this.#closing.signal.aborted) {
      this.#dropped++;
      return this.#trouble("more come than the collector takes");
    }
    this.#waiting.push(span);
    if (this.#sending !== undefined) return;
    if (this.#waiting.length >= mostTogether) return this.#send();
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#send(), interval);
    this.#timer.unref();
  }

  /** Sends what waits, as far as that is possible in two seconds. */
  async close(): Promise<void> {
    this.#closing.abort();
    const deadline = setTimeout(() => {
      this.#late = true;
      this.#request?.abort();
    }, closeWithin);
    await this.#sending;
    clearTimeout(this.#timer);
    while (this.#waiting.length > 0 && !this.#late && await this.#sendBatch()) { /* the next */ }
    clearTimeout(deadline);
    this.#dropped += this.#waiting.splice(0).length;
    this.#means.collector.close();
    this.#tellDropped("warn", "telemetry: spans were dropped");
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#sendAll().finally(() => this.#sending = undefined);
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closing.signal.aborted) await this.#sendBatch();
  }

  /** As often as it takes, or once if it closes. False: the collector did not take it. */
  async #sendBatch(): Promise<boolean> {
    const batch = this.#waiting.splice(0, mostTogether);
    const { resource, scope, pauses = standardPauses } = this.#means;
    const { body, headers } = await this.#pack(encodeSpans(batch, resource, scope));
    for (const pause of [...pauses, undefined]) {
      const posted = await this.#post(body, headers);
      if (posted.kind === "taken") return this.#taken(posted);
      this.#trouble(posted.why);
      if (posted.kind === "refused" || pause === undefined || this.#closing.signal.aborted) break;
      if (await this.#pause(posted.after ?? pause * (0.75 + Math.random() / 2))) continue;
      // It closes: there is one more try for all that waits.
      this.#waiting.unshift(...batch);
      return false;
    }
    this.#dropped += batch.length;
    return false;
  }

  async #post(body: Uint8Array, headers: Headers): Promise<Posted> {
    const { collector, choice: { timeout } } = this.#means;
    const request = this.#request = new AbortController();
    const timer = setTimeout(() => request.abort(), timeout);
    try {
      return await collector.post(body, headers, request.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async #pack(text: string): Promise<{ readonly body: Uint8Array; readonly headers: Headers }> {
    const body = Buffer.from(text);
    if (!this.#means.choice.gzip || body.byteLength < leastToCompress) return { body, headers: {} };
    return { body: await compress(body), headers: { "content-encoding": "gzip" } };
  }

  /** False: it closes. */
  #pause(milliseconds: number): Promise<boolean> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve(!signal.aborted);
      };
      const timer = setTimeout(end, milliseconds);
      timer.unref();
      signal.addEventListener("abort", end);
    });
  }

  #taken({ rejected, why }: Extract<Posted, { readonly kind: "taken" }>): true {
    this.#dropped += rejected;
    if (why !== undefined) this.#trouble(why);
    else if (this.#troubled) {
      this.#troubled = false;
      this.#tellDropped("info", "telemetry: the collector takes spans again");
    }
    return true;
  }

  /** Told once, until it goes well again. */
  #trouble(why: string): void {
    if (this.#troubled || this.#closing.signal.aborted) return;
    this.#troubled = true;
    this.#means.log("warn", "telemetry: the collector does not take spans, mail is not affected", { why });
  }

  #tellDropped(level: "info" | "warn", message: string): void {
    const dropped = this.#dropped - this.#told;
    this.#told = this.#dropped;
    if (level === "info" || dropped > 0) this.#means.log(level, message, { dropped });
  }
}
