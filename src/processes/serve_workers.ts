// `process.workers` above 1: the primary of the daemon, with what it owes its workers: sockets, rights, numbers.

import type { Log } from "../log/log.ts";
import { clearStaleSocket, openToGroup } from "../platform/unix_socket.ts";
import { dropPrivileges, planDropNow } from "./drop_privileges.ts";
import { socketPaths } from "./listen_on.ts";
import { type PrimaryOptions, runPrimary } from "./primary.ts";
import type { ProcessSettings } from "./settle_rights.ts";

/** A part of the configuration. */
export interface WorkerSettings extends ProcessSettings {
  /** The file, as messages name it. */
  readonly file: string;
  readonly process: ProcessSettings["process"] & { readonly workers: number };
  readonly timeouts: { readonly shutdown: number };
}

export interface WorkersOptions extends Signals {
  readonly first: WorkerSettings;
  /** The configuration as it is now; undefined if it cannot be used: the workers will say why. */
  readonly read: () => Promise<WorkerSettings | undefined>;
  /** One whole line each, for the operator. */
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
  readonly log: Log;
}

type Signals = Pick<PrimaryOptions, "stopSignal" | "onReloadSignal" | "onRestartSignal" | "startControl">;

/** Runs until told to stop. The exit code: 0, or 1 with the reasons complained of or logged. */
export async function serveWorkers(options: WorkersOptions): Promise<number> {
  const duties = new Duties(options);
  return await runPrimary({
    workers: () => duties.workers(),
    prepare: (held) => duties.prepare(held),
    bound: () => duties.bound(),
    started: (lines, pids) => {
      for (const line of lines) options.print(line);
      options.log("info", "all workers listen", { pids: pids.join(",") });
    },
    complain: options.complain,
    log: options.log,
    drainWithin: () => duties.current.timeouts.shutdown,
    stopSignal: options.stopSignal,
    onReloadSignal: options.onReloadSignal,
    onRestartSignal: options.onRestartSignal,
    startControl: options.startControl,
  });
}

class Duties {
  readonly #options: WorkersOptions;
  /** Unix sockets that our workers answer on. */
  readonly #paths = new Set<string>();
  #begun = false;
  current: WorkerSettings;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.current = options.first;
  }

  async workers(): Promise<number> {
    if (this.#begun) this.current = await this.#options.read() ?? this.current;
    this.#begun = true;
    return this.current.process.workers;
  }

  /** Workers share a socket that the primary makes, so they cannot tell a stale file from their own. */
  async prepare(held: boolean): Promise<readonly string[]> {
    if (!held) this.#paths.clear();
    const plan = await planDropNow(this.current.process);
    if (plan.kind === "refuse") return [this.#line(plan.problem)];
    const problems = await Promise.all(
      this.#newPaths().map(async (path) => {
        const inTheWay = await clearStaleSocket(path);
        return inTheWay === undefined ? [] : [this.#line(`listen: unix:${path}: ${inTheWay}`)];
      }),
    );
    return problems.flat();
  }

  async bound(): Promise<readonly string[]> {
    const { process, state } = this.current;
    const plan = await planDropNow(process);
    const owner = plan.kind === "drop" ? plan.identity : undefined;
    for (const path of this.#newPaths()) {
      const problem = await openToGroup(path, owner);
      if (problem !== undefined) return [this.#line(`listen: unix:${path}: ${problem}`)];
      this.#paths.add(path);
    }
    const dropped = await dropPrivileges(process, state);
    return dropped.kind === "failed" ? [this.#line(dropped.problem)] : [];
  }

  #newPaths(): readonly string[] {
    return socketPaths(this.current.listen).filter((path) => !this.#paths.has(path));
  }

  #line(problem: string): string {
    return `${this.current.file}: ${problem}`;
  }
}
