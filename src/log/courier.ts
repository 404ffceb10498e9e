// Brings lines to a receiver elsewhere: bounded while they wait, connected again when it comes back, never waited for.

import { setTimeout as pause } from "node:timers/promises";
import { LineQueue } from "./line_queue.ts";

/** One connection. */
export interface Link {
  /** False: it is lost, and nobody knows how many of the lines have arrived. */
  send(lines: readonly string[]): Promise<boolean>;
  /** Resolves when it is lost, with the reason. */
  readonly lost: Promise<string>;
  close(): void;
}

export type Linked =
  | { readonly kind: "linked"; readonly link: Link }
  | { readonly kind: "failed"; readonly why: string };

export interface CourierOptions {
  /** The receiver, as messages name it. */
  readonly where: string;
  /** Has its own deadline. */
  readonly connect: () => Promise<Linked>;
  readonly complain: (line: string) => void;
  /** The line that says how many were dropped. */
  readonly dropNotice: (lines: number) => string;
}

/** Milliseconds before the second attempt to connect; each further wait is twice as long. */
const firstWait = 250;
const longestWait = 30_000;

/** Milliseconds for what waits when all is closed. */
const closeWithin = 2000;

export class Courier {
  readonly #options: CourierOptions;
  readonly #queue = new LineQueue();
  #wake: () => void = () => {};
  #closed = false;
  #troubled = false;
  #link: Link | undefined;
  readonly #work: Promise<void>;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#work = this.#run();
  }

  /** Lines that were dropped since it was opened. */
  get dropped(): number {
    return this.#queue.droppedInAll;
  }

  /** Takes one line; never waits. */
  write(line: string): void {
    this.#queue.push(line);
    this.#wake();
  }

  /** Gives what waits a short time to leave. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    const over = new AbortController();
    const deadline = pause(closeWithin, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([this.#work, deadline]);
    over.abort();
    this.#link?.close();
  }

  async #run(): Promise<void> {
    for (let wait = 0; !(this.#closed && this.#queue.empty);) {
      await this.#until(() => !this.#queue.empty);
      if (this.#queue.empty) return;
      const linked = await this.#options.connect();
      if (linked.kind === "linked") {
        wait = 0;
        this.#tell(await this.#serve(linked.link));
      } else this.#tell(linked.why);
      // What could not leave at the end is lost.
      if (this.#closed) return;
      wait = Math.min(Math.max(firstWait, wait * 2), longestWait);
      await this.#rest(wait);
    }
  }

  /** Until the link is lost, for the reason given, or nothing is left to do. */
  async #serve(link: Link): Promise<string | undefined> {
    this.#link = link;
    let why: string | undefined;
    void link.lost.then((reason) => {
      why = reason;
      this.#wake();
    });
    while (why === undefined && !(this.#closed && this.#queue.empty)) {
      const batch = this.#queue.take();
      if (batch === undefined) {
        await this.#until(() => !this.#queue.empty || why !== undefined);
      } else if (await link.send(batch.lines)) this.#recovered();
      else {
        this.#queue.putBack(batch.lines);
        why ??= await link.lost;
      }
    }
    this.#link = undefined;
    link.close();
    return why;
  }

  #recovered(): void {
    const { where, complain, dropNotice } = this.#options;
    const dropped = this.#queue.takeDropped();
    if (dropped > 0) this.#queue.push(dropNotice(dropped));
    if (!this.#troubled) return;
    this.#troubled = false;
    complain(`log to ${where}: it takes lines again, ${dropped} were dropped`);
  }

  /** Once, until it takes lines again. */
  #tell(why: string | undefined): void {
    if (why === undefined || this.#troubled) return;
    this.#troubled = true;
    this.#options.complain(`log to ${this.#options.where}: lines wait and then are dropped: ${why}`);
  }

  /** Or until all is closed. */
  #until(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = (): void => {
        if (!reached() && !this.#closed) return;
        this.#wake = (): void => {};
        // After the turn of the event loop, so that its lines leave together.
        setImmediate(resolve);
      };
      this.#wake();
    });
  }

  #rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = (): void => {};
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      timer.unref();
      this.#wake = (): void => {
        if (this.#closed) done();
      };
    });
  }
}
