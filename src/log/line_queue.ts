// Lines that wait to be written: taken in batches, bounded, and counted when there is no room for them.

/** Whole lines that leave together. */
export interface Batch {
  readonly lines: readonly string[];
  readonly octets: number;
}

/** Octets of lines that leave together, unless one line alone is longer. */
const mostTogether = 64 * 1024;

/** Octets that may wait before lines are dropped: a log that cannot be written must not fill the memory. */
const mostWaiting = 4 * 1024 * 1024;

export class LineQueue {
  readonly #batches: { lines: string[]; octets: number }[] = [];
  #octets = 0;
  #dropped = 0;
  #droppedInAll = 0;

  get empty(): boolean {
    return this.#batches.length === 0;
  }

  /** A line without its line end. False: there was no room. */
  push(line: string): boolean {
    const octets = Buffer.byteLength(line) + 1;
    if (this.#octets + octets > mostWaiting) {
      this.drop(1);
      return false;
    }
    this.#octets += octets;
    const last = this.#batches.at(-1);
    if (last === undefined || last.octets + octets > mostTogether) this.#batches.push({ lines: [line], octets });
    else {
      last.lines.push(line);
      last.octets += octets;
    }
    return true;
  }

  /** The oldest, which wait no more. */
  take(): Batch | undefined {
    const batch = this.#batches.shift();
    this.#octets -= batch?.octets ?? 0;
    return batch;
  }

  /** Lines that did not leave are the next again. */
  putBack(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const octets = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    this.#batches.unshift({ lines: [...lines], octets });
    this.#octets += octets;
  }

  /** Lines that were lost otherwise. */
  drop(lines: number): void {
    this.#dropped += lines;
    this.#droppedInAll += lines;
  }

  get droppedInAll(): number {
    return this.#droppedInAll;
  }

  /** How many were dropped since this was asked the last time. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
