// Shares the event loop between plugins: in one turn of it they run for one slice together, then others come first.

/** Milliseconds of guest time in one turn of the event loop. */
export const slice = 2;

/**
 * Calls that are quick run at once, as many as a slice holds. When it is used up, those that want to begin or to go on
 * wait in line, and each further turn of the event loop lets in as many as fit into its slice, one after another.
 */
export class Turns {
  readonly #line: (() => void)[] = [];
  #spent = 0;
  #turning = false;

  /** Undefined: go at once. Otherwise a promise to wait for. Whoever was let in says `spend` when it stops. */
  enter(): Promise<void> | undefined {
    if (this.#spent < slice && this.#line.length === 0) return undefined;
    this.#turn();
    return new Promise((resolve) => this.#line.push(resolve));
  }

  /** Behind those that wait already: for who has had its slice. */
  yield(): Promise<void> {
    this.#turn();
    return new Promise((resolve) => this.#line.push(resolve));
  }

  /** `ran`: milliseconds that a guest ran without a pause. What is left of the slice is for the next in line. */
  spend(ran: number): void {
    this.#spent += ran;
    if (this.#spent < slice) this.#line.shift()?.();
    this.#turn();
  }

  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    setImmediate(() => {
      this.#turning = false;
      this.#spent = 0;
      const next = this.#line.shift();
      if (this.#line.length > 0) this.#turn();
      next?.();
    });
  }
}
