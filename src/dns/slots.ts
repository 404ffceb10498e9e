// How many questions may be out at once; the others wait for their turn.

export type Entered = "entered" | "aborted" | "full";

export class Slots {
  readonly #mostWaiting: number;
  /** In order of arrival. */
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(slots: number, mostWaiting: number) {
    this.#free = slots;
    this.#mostWaiting = mostWaiting;
  }

  /** Whoever entered has to leave. `full`: too many wait already. */
  enter(signal: AbortSignal): Promise<Entered> | Entered {
    if (signal.aborted) return "aborted";
    if (this.#free > 0) {
      this.#free--;
      return "entered";
    }
    if (this.#waiting.size >= this.#mostWaiting) return "full";
    return new Promise((resolve) => {
      const end = (how: Entered): void => {
        this.#waiting.delete(enter);
        signal.removeEventListener("abort", giveUp);
        resolve(how);
      };
      const enter = (): void => end("entered");
      const giveUp = (): void => end("aborted");
      this.#waiting.add(enter);
      signal.addEventListener("abort", giveUp);
    });
  }

  leave(): void {
    for (const next of this.#waiting) return next();
    this.#free++;
  }
}
