// Answers that may still be believed, the least recently used ones dropped first.

import type { Answered } from "./resolver.ts";

export interface CacheBounds {
  readonly entries: number;
  /** Octets of the messages the answers came in, which is near enough to what they take. */
  readonly octets: number;
}

interface Entry {
  readonly answer: Answered;
  readonly octets: number;
  /** On the clock given. */
  readonly expiresAt: number;
}

/** What the key and the objects of an entry cost at least, in octets. */
const overhead = 256;

export class AnswerCache {
  readonly #bounds: CacheBounds;
  readonly #now: () => number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #octets = 0;

  /** `now` counts milliseconds and never goes back. */
  constructor(bounds: CacheBounds, now: () => number) {
    this.#bounds = bounds;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  get octets(): number {
    return this.#octets;
  }

  /** With the seconds that it has left as its time to live. */
  get(key: string): Answered | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    const left = entry.expiresAt - this.#now();
    if (left <= 0) {
      this.#octets -= entry.octets;
      return undefined;
    }
    this.#entries.set(key, entry);
    return { ...entry.answer, ttl: Math.ceil(left / 1000) };
  }

  /** An answer with no time to live is not kept. RFC 1035 §3.2.1. */
  put(key: string, answer: Answered, messageOctets: number): void {
    if (answer.ttl <= 0) return;
    this.#drop(key);
    const octets = messageOctets + overhead;
    this.#entries.set(key, { answer, octets, expiresAt: this.#now() + answer.ttl * 1000 });
    this.#octets += octets;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#bounds.entries && this.#octets <= this.#bounds.octets) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#octets -= this.#entries.get(key)?.octets ?? 0;
    this.#entries.delete(key);
  }
}
