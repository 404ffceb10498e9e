// How late the event loop is, by a timer that knows when it should have rung: the same on every runtime.

/** Milliseconds between two rings: a stop of the loop is seen but for at most that much of it. */
const between = 100;

export class LoopLag {
  readonly #timer: NodeJS.Timeout;
  #due = performance.now() + between;
  #longest = 0;

  /** Does not keep the process alive. */
  constructor() {
    this.#timer = setInterval(() => this.#ring(), between);
    this.#timer.unref();
  }

  /** The longest lag since the last call, in milliseconds; one that lasts is counted while it does. */
  take(): number {
    const longest = Math.max(this.#longest, performance.now() - this.#due);
    this.#longest = 0;
    return Math.max(0, longest);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #ring(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#due);
    this.#due = now + between;
  }
}
