// Parts that successive generations have in common: opened once, closed when the last one lets go.

export interface Part {
  close(): Promise<void>;
}

/** One generation's hold on a part. */
export interface Hold<P> {
  readonly part: P;
  /** Closes the part if nobody else holds it, and resolves when it is closed. Harmless when repeated. */
  release(): Promise<void>;
}

interface Held<P> {
  readonly part: P;
  holds: number;
}

/** By a key that says all that matters of a part: two parts of one key could stand in for each other. */
export class SharedParts<P extends Part> {
  readonly #held = new Map<string, Held<P>>();

  /** Parts that somebody holds. */
  get size(): number {
    return this.#held.size;
  }

  /** The part of this key, if somebody holds it. */
  take(key: string): Hold<P> | undefined {
    const held = this.#held.get(key);
    return held === undefined ? undefined : this.#hold(key, held);
  }

  /** A part just opened. Its key must not be held: `take` comes first. */
  add(key: string, part: P): Hold<P> {
    if (this.#held.has(key)) throw new Error("a part was opened that is open already");
    const held = { part, holds: 0 };
    this.#held.set(key, held);
    return this.#hold(key, held);
  }

  #hold(key: string, held: Held<P>): Hold<P> {
    held.holds++;
    let released: Promise<void> | undefined;
    return { part: held.part, release: () => released ??= this.#release(key, held) };
  }

  /** What is closing is no longer found: the next generation opens its own. */
  #release(key: string, held: Held<P>): Promise<void> {
    if (--held.holds > 0) return Promise.resolve();
    this.#held.delete(key);
    return held.part.close();
  }
}
