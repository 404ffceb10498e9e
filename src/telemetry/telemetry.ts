// Traces of sessions for OpenTelemetry: whose are taken, and where they go, as the configuration in force says.

import { pid } from "node:process";
import { isDeepStrictEqual } from "node:util";
import type { Log } from "../log/log.ts";
import type { SessionWatch, Watch } from "../watch/watch.ts";
import type { TelemetryChoice } from "./choice.ts";
import { openCollector } from "./post.ts";
import { readHeaders } from "./read_headers.ts";
import { SessionTrace } from "./session_trace.ts";
import { SpanExporter } from "./span_exporter.ts";

export interface TelemetryMeans {
  readonly version: string;
  readonly runtime: { readonly name: string; readonly version: string };
  readonly log: Log;
}

interface Running {
  readonly choice: TelemetryChoice;
  readonly exporter: SpanExporter;
}

export class Telemetry implements Watch {
  readonly #means: TelemetryMeans;
  readonly #closing = new Set<Promise<void>>();
  #running: Running | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(means: TelemetryMeans) {
    this.#means = means;
  }

  /** Spans that nobody will see, of those that go where they go now. */
  get dropped(): number {
    return this.#running?.exporter.dropped ?? 0;
  }

  begin(): SessionWatch | undefined {
    const running = this.#running;
    if (running === undefined || Math.random() >= running.choice.sample) return undefined;
    const { addresses } = running.choice;
    return new SessionTrace({ put: (span) => this.#running?.exporter.put(span), addresses });
  }

  turnedAway(): void {}

  /** From now on: where spans go, and which of the sessions that begin are traced, and in what detail. */
  follow(choice: TelemetryChoice): Promise<void> {
    this.#following = this.#following.then(() => this.#follow(choice));
    return this.#following;
  }

  /** Sends what waits, as far as that is possible in two seconds. */
  async close(): Promise<void> {
    await this.#following;
    this.#leave(this.#running);
    await Promise.all(this.#closing);
  }

  async #follow(choice: TelemetryChoice): Promise<void> {
    const before = this.#running;
    if (before !== undefined && isDeepStrictEqual(before.choice, choice)) return;
    const opened = await this.#open(choice);
    // The file was there when the configuration was read; better none than where nobody lets us in.
    if (typeof opened === "string") this.#means.log("error", opened);
    this.#running = typeof opened === "string" ? undefined : opened;
    this.#leave(before);
  }

  async #open(choice: TelemetryChoice): Promise<Running | string | undefined> {
    const { endpoint, headersFile, service } = choice;
    if (endpoint === undefined) return undefined;
    const read = headersFile === undefined ? { kind: "headers", headers: {} } as const : await readHeaders(headersFile);
    if (read.kind === "failed") return read.message;
    const { version, runtime, log } = this.#means;
    const exporter = new SpanExporter({
      choice,
      collector: openCollector(endpoint, read.headers),
      resource: {
        "service.name": service,
        "service.version": version,
        "process.pid": pid,
        "process.runtime.name": runtime.name,
        "process.runtime.version": runtime.version,
      },
      scope: { name: "qpsmtpd", version },
      log,
    });
    return { choice, exporter };
  }

  #leave(running: Running | undefined): void {
    if (running === undefined) return;
    if (this.#running === running) this.#running = undefined;
    const closing = running.exporter.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

/** What keeps it from working, each for the operator. */
export async function telemetryProblems({ endpoint, headersFile }: TelemetryChoice): Promise<readonly string[]> {
  if (endpoint === undefined || headersFile === undefined) return [];
  const read = await readHeaders(headersFile);
  return read.kind === "failed" ? [read.message] : [];
}
