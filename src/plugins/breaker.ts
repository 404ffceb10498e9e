// Stops asking a plugin that fails again and again, and tries it once in a while. Pure but for the clock it is given.

/** Milliseconds and counts; the numbers are the same for every plugin. */
export const breakerRule = { failures: 5, within: 60_000, rest: 30_000 } as const;

export type BreakerState = "closed" | "open" | "trying";

/** Closed: asked as usual. Open: answered by `onError` without being asked. Trying: one call decides. */
export class Breaker {
  readonly #now: () => number;
  #failures: number[] = [];
  #openUntil: number | undefined;
  #trying = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  get state(): BreakerState {
    if (this.#openUntil === undefined) return "closed";
    return this.#trying || this.#now() >= this.#openUntil ? "trying" : "open";
  }

  /** May the plugin be asked now? A yes while it is open is the one try; its end must be reported. */
  admit(): boolean {
    if (this.#openUntil === undefined) return true;
    if (this.#trying || this.#now() < this.#openUntil) return false;
    this.#trying = true;
    return true;
  }

  /** A call that was admitted has ended. */
  report(succeeded: boolean): void {
    if (succeeded) return this.#close();
    if (this.#openUntil !== undefined) return this.#open();
    const now = this.#now();
    this.#failures = [...this.#failures.filter((at) => at > now - breakerRule.within), now];
    if (this.#failures.length >= breakerRule.failures) this.#open();
  }

  #open(): void {
    this.#openUntil = this.#now() + breakerRule.rest;
    this.#trying = false;
    this.#failures = [];
  }

  /** Successes between failures do not count for the plugin: one in five failing still opens it. */
  #close(): void {
    if (this.#openUntil === undefined) return;
    this.#openUntil = undefined;
    this.#trying = false;
  }
}
