// The process that watches over the workers: starts, replaces, renews and stops them. It serves no client itself.

import type { Log } from "../log/log.ts";
import { afterDeath } from "./restarts.ts";
import type { ReloadOutcome } from "./worker_link.ts";
import { forkWorker, type WorkerProcess } from "./worker_process.ts";

export interface PrimaryOptions {
  /** How many are wanted; asked at the start and for every restart. */
  readonly workers: () => Promise<number>;
  /**
   * Called before workers open sockets; `held` while other workers hold those that are open. The problems, none if all
   * is well.
   */
  readonly prepare: (held: boolean) => Promise<readonly string[]>;
  /** Called when the first of new workers listens, so that every socket is open. The problems, as above. */
  readonly bound: () => Promise<readonly string[]>;
  /** Called when all workers of the start listen, with what the first says of itself. */
  readonly started: (lines: readonly string[], pids: readonly number[]) => void;
  /** Takes each complaint of the start, once however many workers make it. */
  readonly complain: (line: string) => void;
  readonly log: Log;
  /** Milliseconds that a worker's transactions may go on when it is told to drain. */
  readonly drainWithin: () => number;
  /** Resolves when all is to stop. */
  readonly stopSignal: () => Promise<void>;
  /** Calls back whenever every worker is to reload. */
  readonly onReloadSignal: (reload: () => void) => void;
  /** Calls back whenever every worker is to be replaced by a new process. */
  readonly onRestartSignal: (restart: () => void) => void;
  /** Called when all workers of the start listen; gives what is called when they are gone. */
  readonly startControl: (crew: PrimaryCrew) => Promise<() => Promise<void>>;
}

/** The workers, for whoever asks them and has them reload. */
export interface PrimaryCrew {
  workers(): readonly WorkerProcess[];
  /** How many there should be. */
  readonly wanted: number;
  readonly stopping: boolean;
  /** In turn with starts and restarts; one outcome for each worker. */
  reload(): Promise<readonly ReloadOutcome[]>;
  /** Takes what happens in every worker, those to come included, until the signal is aborted. */
  listen(take: (values: readonly unknown[]) => void, signal: AbortSignal): void;
}

/** Milliseconds that a worker has beyond its own deadline before it is killed. */
const grace = 10_000;

/** Runs until told to stop. The exit code: 0, or 1 if it could not start, or workers died too often. */
export async function runPrimary(options: PrimaryOptions): Promise<number> {
  const primary = new Primary(options);
  const stopped = options.stopSignal().then(() => 0);
  options.onReloadSignal(() => void primary.reload());
  options.onRestartSignal(() => primary.renew());
  const code = await Promise.race([stopped, primary.serve()]);
  await primary.stop();
  return code;
}

/** What came of starting one worker, or several: then `lines` are those of the first. */
type Round =
  | { readonly kind: "started"; readonly lines: readonly string[] }
  | { readonly kind: "failed"; readonly problems: readonly string[] };

class Primary implements PrimaryCrew {
  readonly #options: PrimaryOptions;
  /** All that are not gone. */
  readonly #workers = new Set<WorkerProcess>();
  readonly #hopeless: PromiseWithResolvers<number> = Promise.withResolvers();
  #wanted = 0;
  #deaths: readonly number[] = [];
  #listener: ((values: readonly unknown[]) => void) | undefined;
  #endControl: () => Promise<void> = () => Promise.resolve();
  #stopping = false;
  /** Starting, replacing, reloading and renewing take turns. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: PrimaryOptions) {
    this.#options = options;
  }

  /** Resolves to the exit code when it cannot go on. */
  async serve(): Promise<number> {
    void this.#inTurn(() => this.#start());
    return await this.#hopeless.promise;
  }

  get wanted(): number {
    return this.#wanted;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  workers(): readonly WorkerProcess[] {
    return this.#serving();
  }

  async reload(): Promise<readonly ReloadOutcome[]> {
    let outcomes: readonly ReloadOutcome[] = [{ kind: "kept", number: 0, problems: ["the server is stopping"] }];
    await this.#inTurn(async () => void (outcomes = await this.#reload()));
    return outcomes;
  }

  listen(take: (values: readonly unknown[]) => void, signal: AbortSignal): void {
    this.#listener = take;
    for (const worker of this.#serving()) worker.listen(take);
    signal.addEventListener("abort", () => {
      if (this.#listener !== take) return;
      this.#listener = undefined;
      for (const worker of this.#workers) worker.listen(undefined);
    });
  }

  renew(): void {
    void this.#inTurn(() => this.#renew());
  }

  /** Drains every worker; resolves when all are gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#workers.size > 0) this.#options.log("info", "stopping", { workers: this.#workers.size });
    await this.#drain([...this.#workers]);
    await this.#turn;
    await this.#endControl();
  }

  async #start(): Promise<void> {
    const { workers, complain, started } = this.#options;
    const first = await this.#startWorkers(await workers());
    if (this.#stopping) return;
    if (first.kind === "started") {
      started(first.lines, this.#serving().map((worker) => worker.pid));
      this.#endControl = await this.#options.startControl(this);
      return;
    }
    for (const problem of new Set(first.problems)) complain(problem);
    this.#hopeless.resolve(1);
  }

  #serving(): readonly WorkerProcess[] {
    return [...this.#workers].filter((worker) => !worker.leaving);
  }

  /** One after another: what is wrong with the first would be wrong with all. */
  async #startWorkers(count: number): Promise<Round> {
    this.#wanted = count;
    const problems = await this.#options.prepare(this.#serving().length > 0);
    if (problems.length > 0) return { kind: "failed", problems };
    const before = new Set(this.#workers);
    let first: Round | undefined;
    for (let started = 0; started < count && !this.#stopping; started++) {
      const round = await this.#startOne(first === undefined);
      if (round.kind === "failed") {
        await this.#drain([...this.#workers].filter((worker) => !before.has(worker)));
        return round;
      }
      first ??= round;
    }
    return first ?? { kind: "failed", problems: ["told to stop"] };
  }

  /** When the last worker has died, its sockets are closed, and the next opens them anew. */
  async #startAnother(): Promise<Round> {
    const held = this.#serving().length > 0;
    const problems = held ? [] : await this.#options.prepare(held);
    return problems.length > 0 ? { kind: "failed", problems } : await this.#startOne(!held);
  }

  async #startOne(isFirst: boolean): Promise<Round> {
    const forked = forkWorker();
    if (forked.kind === "failed") return { kind: "failed", problems: [forked.why] };
    const { worker } = forked;
    this.#workers.add(worker);
    void worker.gone.then(() => this.#workers.delete(worker));
    const start = await worker.started;
    if (start.kind === "failed") {
      // It is ending; if it does not, it is killed.
      void worker.end("drain", grace);
      return { kind: "failed", problems: start.complaints };
    }
    const problems = isFirst ? await this.#firstListens(start.complaints) : [];
    if (problems.length > 0) return { kind: "failed", problems };
    this.#options.log("info", "worker listens", { pid: worker.pid });
    worker.listen(this.#listener);
    void worker.gone.then((how) => this.#bury(worker, how));
    return { kind: "started", lines: start.lines };
  }

  async #firstListens(complaints: readonly string[]): Promise<readonly string[]> {
    for (const complaint of complaints) this.#options.complain(complaint);
    return await this.#options.bound();
  }

  #bury(worker: WorkerProcess, how: string): void {
    if (worker.leaving || this.#stopping) return;
    this.#mourn({ pid: worker.pid, how });
  }

  /** A worker died, or its replacement did not start. */
  #mourn(fields: { readonly [name: string]: string | number }): void {
    const { log } = this.#options;
    const { deaths, next } = afterDeath(this.#deaths, performance.now());
    this.#deaths = deaths;
    if (next.kind === "giveUp") {
      log("error", "worker died", fields);
      log("error", "workers die too often, so all is stopped", { deaths: deaths.length });
      return this.#hopeless.resolve(1);
    }
    log("error", "worker died", { ...fields, replaced_in_ms: next.after });
    setTimeout(() => void this.#inTurn(() => this.#replace()), next.after);
  }

  /** Brings the workers up to their number. */
  async #replace(): Promise<void> {
    while (!this.#stopping && this.#serving().length < this.#wanted) {
      const round = await this.#startAnother();
      if (round.kind === "started") continue;
      if (!this.#stopping) this.#mourn({ how: round.problems.join("; ") });
      return;
    }
  }

  /** New workers listen before the first old one is told to drain: at no time does nobody accept. */
  async #renew(): Promise<void> {
    const { log } = this.#options;
    const began = performance.now();
    const old = this.#serving();
    const wanted = this.#wanted;
    log("info", "restarting", { workers: old.length });
    const round = await this.#startWorkers(await this.#options.workers());
    if (round.kind === "failed") {
      this.#wanted = wanted;
      for (const why of new Set(round.problems)) log("error", "not restarted", { why });
      return await this.#replace();
    }
    if (this.#stopping) return;
    const milliseconds = Math.round(performance.now() - began);
    log("info", "restarted", { workers: this.#wanted, milliseconds, retiring: old.length });
    // Not awaited: their last transactions must not keep a worker that dies meanwhile from being replaced.
    // A retiring worker has its deadline twice: first its sessions may go on, then only their transactions.
    const within = 2 * this.#options.drainWithin() + grace;
    for (const worker of old) void worker.end("retire", within);
  }

  async #reload(): Promise<readonly ReloadOutcome[]> {
    const workers = this.#serving();
    const outcomes = await Promise.all(workers.map((worker) => worker.reload()));
    const problems = new Set(outcomes.flatMap((outcome) => outcome.kind === "kept" ? outcome.problems : []));
    const fields = { workers: workers.length };
    if (problems.size === 0) {
      this.#options.log("info", "every worker has reloaded", fields);
      return outcomes;
    }
    const kept = outcomes.filter(({ kind }) => kind === "kept").length;
    this.#options.log("error", "not every worker has reloaded", { ...fields, kept, why: [...problems].join("; ") });
    return outcomes;
  }

  async #drain(workers: readonly WorkerProcess[]): Promise<void> {
    const within = this.#options.drainWithin() + grace;
    await Promise.all(workers.map((worker) => worker.end("drain", within)));
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    return this.#turn = this.#turn.then(() => this.#stopping ? undefined : act());
  }
}
