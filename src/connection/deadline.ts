// One timer for the many short waits of a connection: arming it again usually costs no new timer.

/** Calls `expire` once the time given to the last `arm` is over, unless `disarm` came first. */
export class Deadline {
  readonly #expire: () => void;
  #expiresAt = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ringsAt = Infinity;

  constructor(expire: () => void) {
    this.#expire = expire;
  }

  /** `within` is milliseconds from now. A timer that would ring earlier is kept: it then waits for the rest. */
  arm(within: number): void {
    this.#expiresAt = performance.now() + within;
    if (this.#expiresAt < this.#ringsAt) this.#ringIn(within);
  }

  disarm(): void {
    this.#expiresAt = Infinity;
  }

  /** Lets go of the timer, so that it holds neither memory nor process. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#expiresAt = this.#ringsAt = Infinity;
  }

  #ringIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#ringsAt = performance.now() + milliseconds;
    // What is over already must not be warned of by the runtime.
    this.#timer = setTimeout(() => this.#ring(), Math.max(0, milliseconds));
  }

  #ring(): void {
    this.#ringsAt = Infinity;
    if (this.#expiresAt === Infinity) return;
    const left = this.#expiresAt - performance.now();
    if (left > 0) return this.#ringIn(left);
    this.#expiresAt = Infinity;
    this.#expire();
  }
}
