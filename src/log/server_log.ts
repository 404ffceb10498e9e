// The log of one process: goes to the targets of the configuration in force, whichever that is.

import { isDeepStrictEqual } from "node:util";
import { type Level, levels, type Log } from "./log.ts";
import { whyUnwritable } from "./open_log_file.ts";
import { type OpenTarget, openTarget, type TargetMeans } from "./open_target.ts";
import type { LogTarget } from "./targets.ts";

interface Followed {
  readonly target: LogTarget;
  readonly open: OpenTarget;
}

export class ServerLog {
  readonly #means: TargetMeans;
  readonly #closing = new Set<Promise<void>>();
  #followed: readonly Followed[] = [];
  /** By targets that are followed no more. */
  #dropped = 0;
  /** The number of the least important level that somebody wants. */
  #least: number = levels.length;

  constructor(means: TargetMeans) {
    this.#means = means;
  }

  /** Lines that were dropped since the start, by files and receivers. */
  get dropped(): number {
    return this.#followed.reduce((sum, { open }) => sum + open.dropped(), this.#dropped);
  }

  /** Nowhere before `follow`; costs nothing for entries that nobody wants. */
  readonly log: Log = Object.assign(
    ((level, message, fields, outcome) => {
      if (outcome === undefined && !this.#wants(level)) return;
      const entry = { time: this.#means.now().toISOString(), level, message, fields: fields ?? {} };
      for (const { open } of this.#followed) open.holdBack.take(entry, outcome);
    }) satisfies Log,
    { wants: (level: Level): boolean => this.#wants(level) },
  );

  /** From now on these. Targets that have not changed stay open, but files that were moved away are left. */
  follow(targets: readonly LogTarget[]): void {
    const before = [...this.#followed];
    this.#followed = targets.map((target) => {
      const at = before.findIndex((followed) => isDeepStrictEqual(followed.target, target));
      const [kept] = at < 0 ? [] : before.splice(at, 1);
      kept?.open.reopen();
      return kept ?? { target, open: openTarget(target, this.#means) };
    });
    this.#least = Math.min(levels.length, ...this.#followed.map(({ open }) => open.holdBack.least));
    for (const { open } of before) this.#close(open);
  }

  /** Writes what waits, as far as that is possible soon. */
  async close(): Promise<void> {
    this.follow([]);
    await Promise.all(this.#closing);
  }

  #wants(level: Level): boolean {
    return levels.indexOf(level) >= this.#least;
  }

  #close(open: OpenTarget): void {
    this.#dropped += open.dropped();
    const closing = open.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

/** What keeps files from being written, each as `log.target.2.path: why`. Makes them and their folders. */
export async function targetProblems(targets: readonly LogTarget[]): Promise<readonly string[]> {
  const problems = await Promise.all(targets.map(async (target, index) => {
    const why = target.kind === "file" ? await whyUnwritable(target.path) : undefined;
    return why === undefined ? [] : [`log.target.${index + 1}.path: ${why}`];
  }));
  return problems.flat();
}
