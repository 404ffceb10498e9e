// Lines to a stream, many in one write, and never mixed with those of other processes.

/** Where lines go in the end: standard output, or a test's string. */
export interface Sink {
  /** `done` is called when the text has left, or never can. */
  write(text: string, done: () => void): unknown;
}

/** Octets that a pipe takes as a whole or not at all (PIPE_BUF); several workers write to one. */
const mostTogether = 4096;

/** Octets that may wait before lines are dropped: a log that nobody reads must not fill the memory. */
const mostWaiting = 16 * 1024 * 1024;

export class LineWriter {
  readonly #sink: Sink;
  /** Whole lines, together at most `mostTogether` octets, unless one line alone is longer. */
  readonly #batches: { text: string; size: number }[] = [];
  #waiting = 0;
  #dropped = 0;
  #scheduled = false;
  #writing = false;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Takes one line without its line end; written at the end of this turn of the event loop. */
  write(line: string): void {
    const size = Buffer.byteLength(line) + 1;
    if (this.#waiting + size > mostWaiting) {
      this.#dropped++;
      return;
    }
    this.#queue(`${line}\n`, size);
    if (this.#scheduled || this.#writing) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /**
   * Writes what is waiting, and how many lines were lost if any were. One write at a time: those that a stream has to
   * keep, it would join to one that is too long for a pipe to take as a whole.
   */
  flush(): void {
    this.#scheduled = false;
    if (this.#writing) return;
    if (this.#dropped > 0 && this.#waiting < mostWaiting / 2) this.#tellDropped();
    const batch = this.#batches.shift();
    if (batch === undefined) return;
    this.#writing = true;
    this.#sink.write(batch.text, () => {
      this.#waiting -= batch.size;
      this.#writing = false;
      this.flush();
    });
  }

  #queue(text: string, size: number): void {
    this.#waiting += size;
    const last = this.#batches.at(-1);
    if (last === undefined || last.size + size > mostTogether) {
      this.#batches.push({ text, size });
      return;
    }
    last.text += text;
    last.size += size;
  }

  #tellDropped(): void {
    const text = `(${this.#dropped} lines of the log were dropped: nobody read them in time)\n`;
    this.#dropped = 0;
    this.#queue(text, text.length);
  }
}
