// Work that must not overlap: one runs, a few wait, more are turned away.

/** So many wait behind the one that runs. */
const mostWaiting = 8;

export class OneAtATime {
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** What the work gives, after those that were asked for before; undefined if too many wait. */
  run<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#waiting > mostWaiting) return Promise.resolve(undefined);
    this.#waiting++;
    const done = this.#last.then(work).finally(() => this.#waiting--);
    this.#last = done.catch(() => {});
    return done;
  }
}
