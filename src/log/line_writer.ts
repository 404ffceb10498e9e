// Lines to a stream, many in one write: a busy server must not pay a system call for each.

/** Where lines go in the end: standard output, or a test's string. */
export interface Sink {
  write(text: string): boolean;
  readonly writableLength: number;
}

/** Octets a sink may be behind before lines are dropped: a log that nobody reads must not fill the memory. */
const maxBehind = 16 * 1024 * 1024;

export class LineWriter {
  readonly #sink: Sink;
  #waiting = "";
  #dropped = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Takes one line without its line end; written at the end of this turn of the event loop. */
  write(line: string): void {
    if (this.#sink.writableLength + this.#waiting.length > maxBehind) {
      this.#dropped++;
      return;
    }
    if (this.#waiting === "") setImmediate(() => this.flush());
    this.#waiting += `${line}\n`;
  }

  /** Writes now what is waiting, and how many lines were lost if any were. */
  flush(): void {
    const text = this.#waiting;
    this.#waiting = "";
    if (text !== "") this.#sink.write(text);
    if (this.#dropped === 0 || this.#sink.writableLength > maxBehind / 2) return;
    this.#sink.write(`(${this.#dropped} lines of the log were dropped: nobody read them in time)\n`);
    this.#dropped = 0;
  }
}
