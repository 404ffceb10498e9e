// What happens in the server, kept a while so that a listener who lost the connection can go on where it was.

import process from "node:process";
import type { Happening } from "../live/happening.ts";

/** One entry; ids count up as long as the server runs. */
export interface FeedEntry {
  readonly id: string;
  readonly happening: Happening;
}

export interface FeedSource {
  happenings(signal: AbortSignal): AsyncIterable<Happening>;
}

/** Entries that are kept, and that may wait for one listener. */
const most = 1000;

/** Milliseconds that the source is listened to when the last listener has left, for those who come back. */
const lingering = 60_000;

export class EventFeed {
  readonly #source: FeedSource;
  readonly #kept: FeedEntry[] = [];
  readonly #listeners = new Set<(entry: FeedEntry) => void>();
  /** Told apart from those of the last start. */
  readonly #start = Date.now().toString(36);
  #count = 0;
  #listening: AbortController | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(source: FeedSource) {
    this.#source = source;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /**
   * From now on, or from behind the entry `after`; ends when the signal is aborted. What is not kept any more, or waited
   * too long, is missing: then an entry of the kind `lost` says so.
   */
  async *listen(signal: AbortSignal, after?: string): AsyncGenerator<FeedEntry> {
    let waiting = this.#since(after);
    let lost = 0;
    let wake = Promise.withResolvers<void>();
    const take = (entry: FeedEntry): void => {
      if (waiting.push(entry) > most) lost += waiting.splice(0, 1).length;
      wake.resolve();
    };
    const end = (): void => wake.resolve();
    signal.addEventListener("abort", end);
    this.#join(take);
    try {
      while (!signal.aborted) {
        await (waiting.length > 0 ? undefined : wake.promise);
        wake = Promise.withResolvers();
        const entries = lost > 0 ? [this.#lost(lost, waiting[0]), ...waiting] : waiting;
        [waiting, lost] = [[], 0];
        for (const entry of entries) if (!signal.aborted) yield entry;
      }
    } finally {
      signal.removeEventListener("abort", end);
      this.#leave(take);
    }
  }

  /** Ends listening to the source. */
  close(): void {
    clearTimeout(this.#idle);
    this.#listening?.abort();
    this.#listening = undefined;
  }

  #since(after: string | undefined): FeedEntry[] {
    if (after === undefined) return [];
    const place = this.#kept.findIndex(({ id }) => id === after);
    if (place !== -1) return this.#kept.slice(place + 1);
    const [oldest] = this.#kept;
    // How many there were, nobody knows.
    return [this.#lost(0, oldest), ...this.#kept];
  }

  #lost(count: number, next: FeedEntry | undefined): FeedEntry {
    const happening: Happening = {
      id: 0,
      at: next?.happening.at ?? Date.now(),
      pid: process.pid,
      kind: "lost",
      facts: { count },
    };
    return { id: `${this.#start}-${this.#count}`, happening };
  }

  #join(take: (entry: FeedEntry) => void): void {
    clearTimeout(this.#idle);
    this.#listeners.add(take);
    if (this.#listening !== undefined) return;
    this.#listening = new AbortController();
    void this.#follow(this.#listening);
  }

  #leave(take: (entry: FeedEntry) => void): void {
    this.#listeners.delete(take);
    if (this.#listeners.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), lingering);
    this.#idle.unref();
  }

  async #follow(listening: AbortController): Promise<void> {
    for await (const happening of this.#source.happenings(listening.signal)) {
      const entry = { id: `${this.#start}-${++this.#count}`, happening };
      if (this.#kept.push(entry) > most) this.#kept.shift();
      for (const take of this.#listeners) take(entry);
    }
    if (this.#listening === listening) this.#listening = undefined;
  }
}
