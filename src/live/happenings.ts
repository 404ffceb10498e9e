// The stream of what happens: a bounded memory of the last, and subscribers who can never hold anybody up.

import type { Facts, Happening, HappeningKind } from "./happening.ts";

/** Happenings that are remembered for those who come back, and that may wait for one subscriber: those, and as many more. */
const mostRemembered = 1000;
const mostWaiting = 2000;

/** More are turned away, or each of a flood of them would be told everything. */
const mostSubscribers = 100;

export interface Wanted {
  /** The last that was seen: what is remembered of later ones comes first. A number that is not ours yet is ignored. */
  readonly after?: number;
  /** Mere passes too. They are not remembered. */
  readonly detail?: boolean;
}

export interface HappeningsOptions {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class Happenings {
  readonly #options: HappeningsOptions;
  readonly #remembered: Happening[] = [];
  /** Where the oldest of `#remembered` stands when it is full: it is written over in a circle. */
  #oldest = 0;
  #subscribers: readonly Subscriber[] = [];
  #last = 0;

  constructor(options: HappeningsOptions) {
    this.#options = options;
  }

  /** Is there anybody who wants mere passes? Saves making them. */
  get wantsDetail(): boolean {
    return this.#subscribers.some(({ detail }) => detail);
  }

  get subscribers(): number {
    return this.#subscribers.length;
  }

  /** `facts` are bounded by who makes them. With `detail` only those hear of it who want that. */
  publish(kind: HappeningKind, facts: Facts, session?: string, detail = false): void {
    if (detail && !this.wantsDetail) return;
    const { pid, now } = this.#options;
    const id = ++this.#last;
    const happening = { id, at: now(), pid, kind, ...(session === undefined ? {} : { session }), facts };
    if (!detail) this.#remember(happening);
    for (const subscriber of this.#subscribers) {
      if (!detail || subscriber.detail) subscriber.push(happening);
    }
  }

  /**
   * What happens from now on, until the signal is aborted; before it what is remembered from behind `after`. Who reads too
   * slowly loses the oldest and is told how many by one `lost`, in their place. Undefined: there are too many subscribers.
   * It must be read or its signal aborted, or it holds a place.
   */
  subscribe(signal: AbortSignal, { after, detail = false }: Wanted = {}): AsyncIterable<Happening> | undefined {
    if (this.#subscribers.length >= mostSubscribers) return undefined;
    const subscriber = new Subscriber(detail, (id, lost) => this.#lost(id, lost));
    if (after !== undefined && after <= this.#last) this.#catchUp(subscriber, after);
    this.#subscribers = [...this.#subscribers, subscriber];
    const end = (): void => {
      this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
      subscriber.end();
    };
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    return read(subscriber, () => {
      signal.removeEventListener("abort", end);
      end();
    });
  }

  /** What is forgotten between `after` and the oldest that is remembered is told as lost; details were never kept. */
  #catchUp(subscriber: Subscriber, after: number): void {
    const remembered = [...this.#remembered.slice(this.#oldest), ...this.#remembered.slice(0, this.#oldest)];
    const first = remembered[0]?.id ?? this.#last + 1;
    if (this.#remembered.length === mostRemembered && first > after + 1) subscriber.lose(first - after - 1, first - 1);
    for (const happening of remembered) if (happening.id > after) subscriber.push(happening);
  }

  #remember(happening: Happening): void {
    if (this.#remembered.length < mostRemembered) return void this.#remembered.push(happening);
    this.#remembered[this.#oldest] = happening;
    this.#oldest = (this.#oldest + 1) % mostRemembered;
  }

  /** `id`: of the last that is lost, so that who comes back with it gets what is behind. */
  #lost(id: number, count: number): Happening {
    const { pid, now } = this.#options;
    return { id, at: now(), pid, kind: "lost", facts: { count } };
  }
}

/** One reader, and what waits for it. */
class Subscriber {
  readonly detail: boolean;
  readonly #lost: (id: number, count: number) => Happening;
  #waiting: Happening[] = [];
  #missing = 0;
  #lastMissing = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(detail: boolean, lost: (id: number, count: number) => Happening) {
    this.detail = detail;
    this.#lost = lost;
  }

  push(happening: Happening): void {
    // Half at once: shifting them one by one out of a full queue would cost every publisher its length.
    if (this.#waiting.length >= mostWaiting) {
      const dropped = this.#waiting.splice(0, mostWaiting / 2);
      this.lose(dropped.length, dropped.at(-1)?.id ?? 0);
    }
    this.#waiting.push(happening);
    this.#wake?.();
  }

  lose(count: number, last: number): void {
    this.#missing += count;
    this.#lastMissing = last;
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#waiting = [];
    this.#wake?.();
  }

  /** All that waits, the oldest first; empty: it has ended. */
  async take(): Promise<readonly Happening[]> {
    while (this.#waiting.length === 0 && this.#missing === 0 && !this.#ended) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    this.#wake = undefined;
    if (this.#ended) return [];
    const taken = this.#missing > 0 ? [this.#lost(this.#lastMissing, this.#missing), ...this.#waiting] : this.#waiting;
    this.#waiting = [];
    this.#missing = 0;
    return taken;
  }
}

async function* read(subscriber: Subscriber, close: () => void): AsyncGenerator<Happening> {
  try {
    for (;;) {
      const taken = await subscriber.take();
      if (taken.length === 0) return;
      // What a slow reader was given is its own; meanwhile the queue fills again, within its bound.
      yield* taken;
    }
  } finally {
    close();
  }
}
