// A worker's end of the line to its primary: told to reload and to drain, telling how it went.

import cluster from "node:cluster";
import process from "node:process";
import { forgetRun } from "../platform/forget_run.ts";
import { boundedLines, type FromWorker, parseToWorker } from "./messages.ts";

/** How a reload ended in this worker. */
export type ReloadOutcome = Extract<FromWorker, { readonly kind: "reloaded" | "kept" }>;

/** What a worker can be asked. */
export interface Answering {
  /** Undefined for a question that it does not know. */
  answer(question: string, about: string): Promise<unknown>;
  /** What happens, until the signal is aborted. */
  happenings(signal: AbortSignal): AsyncIterable<unknown>;
}

export interface WorkerLink {
  /** Resolves when this worker is to drain: its primary says so, SIGTERM does, or the primary is gone. */
  stopSignal(): Promise<void>;
  /** Resolves when new workers have taken over: its sessions may end by themselves. */
  retireSignal(): Promise<void>;
  onReloadSignal(reload: () => Promise<ReloadOutcome>): void;
  /** From now on the questions of the primary are answered. Gives what ends that. */
  answerWith(answering: Answering): () => Promise<void>;
  /** Kept for the primary, which says what several workers complain of once. */
  complain(line: string): void;
  /** This worker accepts clients; `lines` describe it. */
  listening(lines: readonly string[]): void;
  /** Says why the start failed, if it did, and lets go of the primary: nothing keeps the process alive any more. */
  close(): Promise<void>;
}

/** Signals that a terminal or an administrator sends to all processes at once: the primary acts on them for all. */
const forThePrimary = ["SIGINT", "SIGHUP", "SIGUSR2"] as const;

/** The line to the primary, or undefined if this process is none of its workers. To be called once, and first. */
export function openWorkerLink(): WorkerLink | undefined {
  const { worker } = cluster;
  if (!cluster.isWorker || worker === undefined) return undefined;
  // Otherwise node:cluster ends the process at once when the primary is gone, with transactions under way.
  worker.exitedAfterDisconnect = true;
  forgetRun();
  return new Link();
}

class Link implements WorkerLink {
  readonly #stop: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #retire: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #complaints: string[] = [];
  #reload: () => Promise<ReloadOutcome> = () =>
    Promise.resolve({ kind: "kept", number: 0, problems: ["the start is not over"] });
  #answering: Answering | undefined;
  #telling: AbortController | undefined;
  #stopping = false;
  #listening = false;

  constructor() {
    for (const signal of forThePrimary) process.on(signal, () => {});
    process.on("SIGTERM", () => this.#drain());
    process.on("message", (message) => this.#obey(message));
    process.on("disconnect", this.#orphaned);
  }

  stopSignal(): Promise<void> {
    return this.#stop.promise;
  }

  retireSignal(): Promise<void> {
    return this.#retire.promise;
  }

  onReloadSignal(reload: () => Promise<ReloadOutcome>): void {
    this.#reload = reload;
  }

  answerWith(answering: Answering): () => Promise<void> {
    this.#answering = answering;
    return () => {
      this.#answering = undefined;
      this.#listen(false);
      return Promise.resolve();
    };
  }

  complain(line: string): void {
    this.#complaints.push(line);
  }

  listening(lines: readonly string[]): void {
    this.#listening = true;
    const complaints = boundedLines(this.#complaints.splice(0));
    void this.#tell({ kind: "listening", lines: boundedLines(lines), complaints });
  }

  async close(): Promise<void> {
    if (!this.#listening) await this.#tell({ kind: "failed", complaints: boundedLines(this.#complaints.splice(0)) });
    process.off("disconnect", this.#orphaned);
    if (process.connected) process.disconnect();
  }

  #drain(): void {
    this.#stopping = true;
    this.#stop.resolve();
  }

  /**
   * A primary that ends before its workers were done was told to stop now; and who waits for sockets that the primary
   * was to open would wait for ever.
   */
  readonly #orphaned = (): void => {
    if (this.#stopping || !this.#listening) process.exit(1);
    this.#drain();
  };

  #obey(message: unknown): void {
    const order = parseToWorker(message);
    if (order?.kind === "drain") this.#drain();
    if (order?.kind === "retire") this.#retire.resolve();
    if (order?.kind === "reload") void this.#reload().then((outcome) => this.#tell(bounded(outcome)));
    if (order?.kind === "ask") void this.#answer(order.id, order.question, order.about);
    if (order?.kind === "listen") this.#listen(order.on);
  }

  /** A bug in an answer is no answer. */
  async #answer(id: number, question: string, about: string): Promise<void> {
    const value = await this.#answering?.answer(question, about).catch(() => undefined);
    await this.#tell(value === undefined ? { kind: "answer", id } : { kind: "answer", id, value });
  }

  #listen(on: boolean): void {
    if (!on) this.#telling?.abort();
    if (!on) this.#telling = undefined;
    if (!on || this.#telling !== undefined || this.#answering === undefined) return;
    this.#telling = new AbortController();
    void this.#tellAll(this.#answering.happenings(this.#telling.signal));
  }

  /** One message is on its way at a time: what happens meanwhile waits, bounded, where it happens. */
  async #tellAll(happenings: AsyncIterable<unknown>): Promise<void> {
    for await (const happening of happenings) await this.#tell({ kind: "happened", values: [happening] });
  }

  /** Resolves when the message is on its way, or nobody is there to read it. */
  #tell(message: FromWorker): Promise<void> {
    return new Promise((resolve) => {
      if (process.connected && process.send !== undefined) process.send(message, () => resolve());
      else resolve();
    });
  }
}

function bounded(outcome: ReloadOutcome): FromWorker {
  const { number } = outcome;
  if (outcome.kind === "kept") return { kind: "kept", number, problems: boundedLines(outcome.problems) };
  const { added, changed, removed, kept, rejudged, tables } = outcome.changes;
  const changes = {
    added: boundedLines(added),
    changed: boundedLines(changed),
    removed: boundedLines(removed),
    kept: boundedLines(kept),
    rejudged: boundedLines(rejudged),
    tables: boundedLines(tables),
  };
  return { kind: "reloaded", number, changes, warnings: boundedLines(outcome.warnings) };
}
