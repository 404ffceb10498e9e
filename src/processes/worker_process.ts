// One worker as its primary sees it: forked, started, asked to reload, drained, gone.

import cluster, { type Worker } from "node:cluster";
import process from "node:process";
import { type FromWorker, parseFromWorker, type ToWorker } from "./messages.ts";
import type { ReloadOutcome } from "./worker_link.ts";

/** How a start ended. Lines are whole and for the operator. */
export type WorkerStart =
  | { readonly kind: "listening"; readonly lines: readonly string[]; readonly complaints: readonly string[] }
  | { readonly kind: "failed"; readonly complaints: readonly string[] };

export type Forked =
  | { readonly kind: "forked"; readonly worker: WorkerProcess }
  | { readonly kind: "failed"; readonly why: string };

/** Milliseconds for reading the configuration and configuring every plugin: once at the start, and for each reload. */
const startWithin = 120_000;
const reloadWithin = 120_000;

/** Milliseconds for an answer, and questions that may wait for one. */
const answerWithin = 5000;
const mostQuestions = 1000;

/** A new process that runs this program with the arguments of this process. */
export function forkWorker(): Forked {
  // Shared sockets, not connections handed over by the primary: a worker that dies takes no client along that it has not
  // accepted, and on Node and Deno such a client would wait for ever. The kernel's balance is good enough.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  try {
    return { kind: "forked", worker: new WorkerProcess(cluster.fork()) };
  } catch (error) {
    return { kind: "failed", why: explain(error) };
  }
}

/** On Deno the operator must allow it. */
function explain(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  const remedy = error instanceof Error && error.name === "NotCapable" ? ` as --allow-run=${process.execPath}` : "";
  return `cannot start a worker: ${why}${remedy}`;
}

export class WorkerProcess {
  /** Resolves once; a worker that failed will not be there much longer. */
  readonly started: Promise<WorkerStart>;
  /** Resolves when the process is gone, with how it ended: `exit code 1`, `SIGKILL`. */
  readonly gone: Promise<string>;
  readonly #worker: Worker;
  readonly #start: PromiseWithResolvers<WorkerStart> = Promise.withResolvers();
  readonly #gone: PromiseWithResolvers<string> = Promise.withResolvers();
  readonly #reloads: ((outcome: ReloadOutcome) => void)[] = [];
  readonly #deadline: NodeJS.Timeout;
  readonly #questions = new Map<number, (value: unknown) => void>();
  #asked = 0;
  /** Takes what happens in it. */
  #listener: ((values: readonly unknown[]) => void) | undefined;
  #leaving = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.started = this.#start.promise;
    this.gone = this.#gone.promise;
    this.#deadline = setTimeout(() => this.#giveUp(), startWithin);
    worker.on("message", (message: unknown) => this.#hear(message));
    worker.on("error", (error: Error) => {
      // Deno says so only here, when it may not start programs.
      this.#start.resolve({ kind: "failed", complaints: [explain(error)] });
      this.#end(error.message);
    });
    worker.on("exit", (code: number | null, signal: string | null) => this.#end(signal ?? `exit code ${code}`));
  }

  get pid(): number {
    return this.#worker.process.pid ?? 0;
  }

  /** It was told to end, so its end is no death. */
  get leaving(): boolean {
    return this.#leaving;
  }

  /** Never rejects; a worker that dies over it, or never answers, kept what it had. */
  reload(): Promise<ReloadOutcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => answer(kept("it did not answer")), reloadWithin);
      const answer = (outcome: ReloadOutcome): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      this.#reloads.push(answer);
      this.#tell({ kind: "reload" });
    });
  }

  /** Never rejects; undefined if there is no answer in time. */
  ask(question: string, about: string): Promise<unknown> {
    if (this.#questions.size >= mostQuestions) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const id = ++this.#asked;
      const timer = setTimeout(() => settle(undefined), answerWithin);
      const settle = (value: unknown): void => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(value);
      };
      this.#questions.set(id, settle);
      this.#tell({ kind: "ask", id, question, about });
    });
  }

  /** Has it tell what happens, or not any more. */
  listen(listener: ((values: readonly unknown[]) => void) | undefined): void {
    if ((listener === undefined) !== (this.#listener === undefined)) {
      this.#tell({ kind: "listen", on: listener !== undefined });
    }
    this.#listener = listener;
  }

  /** Tells it to end; after `within` milliseconds it is killed. Resolves when it is gone. See `ToWorker`. */
  async end(how: "drain" | "retire", within: number): Promise<void> {
    this.#leaving = true;
    const timer = setTimeout(() => this.kill(), within);
    this.#tell({ kind: how });
    await this.gone;
    clearTimeout(timer);
  }

  kill(): void {
    this.#leaving = true;
    this.#worker.process.kill("SIGKILL");
  }

  #giveUp(): void {
    this.#start.resolve({ kind: "failed", complaints: [`a worker did not start within ${startWithin / 1000} s`] });
    this.kill();
  }

  #hear(message: unknown): void {
    const told = parseFromWorker(message);
    if (told !== undefined) this.#take(told);
  }

  #take(told: FromWorker): void {
    switch (told.kind) {
      case "listening":
      case "failed":
        clearTimeout(this.#deadline);
        return this.#start.resolve(told);
      case "reloaded":
      case "kept":
        return this.#reloads.shift()?.(told);
      case "answer":
        return this.#questions.get(told.id)?.(told.value);
      case "happened":
        return this.#listener?.(told.values);
    }
  }

  #end(how: string): void {
    clearTimeout(this.#deadline);
    this.#start.resolve({ kind: "failed", complaints: [`a worker ended before it listened: ${how}`] });
    for (const answer of this.#reloads.splice(0)) answer(kept(`it ended: ${how}`));
    for (const settle of [...this.#questions.values()]) settle(undefined);
    this.#gone.resolve(how);
  }

  #tell(order: ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(order);
  }
}

function kept(problem: string): ReloadOutcome {
  return { kind: "kept", number: 0, problems: [problem] };
}
