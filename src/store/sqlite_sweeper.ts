// Removes expired entries, which nobody sees any more, a bounded step at a time.

import type { Statements } from "./sqlite_statements.ts";

/** Most entries that a step looks at, so at most that many are removed. */
const stepSize = 1000;

// While more than a quarter of what a step saw had expired, the next is due soon; sessions have their turn between.
const soon = 20;
const later = 1000;

/**
 * Walks through all entries, again and again, instead of finding the expired ones by an index: that index would make
 * every write with an expiry half as dear again, and this costs next to nothing. Several processes may each do so.
 */
export class SqliteSweeper {
  readonly #statements: Statements;
  readonly #now: () => number;
  #namespace = "";
  #after = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(statements: Statements, now: () => number) {
    this.#statements = statements;
    this.#now = now;
  }

  /** From now on by a timer, which does not keep the process alive. */
  start(): void {
    this.#stepIn(later);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Goes on to the next entries and returns how many it removed. `only` keeps it within one namespace. */
  step(only?: string): number {
    if (only !== undefined && only !== this.#namespace) [this.#namespace, this.#after] = [only, ""];
    if (this.#namespace === "") this.#namespace = this.#nextNamespace();
    const { lastOfStep, sweep } = this.#statements;
    const last = lastOfStep.get(this.#namespace, this.#after, stepSize - 1) as { key: string } | undefined;
    const removed = Number(sweep.run(this.#namespace, this.#namespace, this.#after, stepSize, this.#now()).changes);
    if (last !== undefined) this.#after = last.key;
    else [this.#namespace, this.#after] = [only ?? this.#nextNamespace(), ""];
    return removed;
  }

  #nextNamespace(): string {
    const next = this.#statements.nextNamespace.get(this.#namespace) as { namespace: string } | undefined;
    return next?.namespace ?? "";
  }

  #stepIn(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#stepIn(this.#stepQuietly() > stepSize / 4 ? soon : later), milliseconds);
    this.#timer.unref();
  }

  #stepQuietly(): number {
    try {
      return this.step();
    } catch {
      // Locked: the next time will do. Anything worse is told by the next request.
      return 0;
    }
  }
}
