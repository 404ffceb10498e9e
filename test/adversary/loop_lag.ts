// How late the event loop comes to its work, as anything that happens at a random moment would find it.

/** Milliseconds between two looks. */
const every = 2;

export interface Lag {
  /** Milliseconds that 99 of 100 moments did not have to wait longer than. */
  readonly p99: number;
  readonly worst: number;
}

/**
 * A stretch in which the loop is away is one late timer, but many moments that had to wait. So a timer that is late by
 * 50 ms counts as one moment that waited 50 ms, one that waited 48, and so on; a mean of timers would hide it.
 */
export class LoopLag {
  #waited: number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  begin(): void {
    this.#waited = [];
    this.#look(performance.now());
  }

  end(): Lag {
    clearTimeout(this.#timer);
    const sorted = this.#waited.sort((a, b) => a - b);
    return { p99: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0, worst: sorted.at(-1) ?? 0 };
  }

  #look(due: number): void {
    this.#timer = setTimeout(() => {
      const now = performance.now();
      // A timer of 2 ms may come after 3.
      for (let late = Math.max(0, now - due - every - 1); late >= 0; late -= every) this.#waited.push(late);
      this.#look(now);
    }, every);
  }
}
