// How often one address may ask. Pure but for the clock it is given.

export interface Rate {
  /** How many at once. */
  readonly burst: number;
  /** How many more each second. */
  readonly perSecond: number;
}

/** Addresses that are remembered; beyond, those that asked longest ago are forgotten. */
const mostKeys = 10_000;

interface Bucket {
  readonly left: number;
  readonly at: number;
}

export class RateLimit {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `now` in milliseconds; it never goes back. */
  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Counts one. 0 if it may be, otherwise the whole seconds until one may. */
  take(key: string): number {
    const { burst, perSecond } = this.#rate;
    const now = this.#now();
    const { left, at } = this.#buckets.get(key) ?? { left: burst, at: now };
    const filled = Math.min(burst, left + (now - at) / 1000 * perSecond);
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: filled >= 1 ? filled - 1 : filled, at: now });
    this.#forget();
    return filled >= 1 ? 0 : Math.ceil((1 - filled) / perSecond);
  }

  #forget(): void {
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > mostKeys && oldest !== undefined) this.#buckets.delete(oldest);
  }
}
