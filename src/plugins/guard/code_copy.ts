// The code of one function on its way into the new module: what is not changed is copied in long pieces.

import type { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

/** Reused for every function, with its buffer. */
export class CodeCopy {
  readonly body: Writer = new Writer(65_536);
  #reader: Reader;
  /** Input up to here is in the output. */
  #copied = 0;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get reader(): Reader {
    return this.#reader;
  }

  begin(reader: Reader): void {
    this.#reader = reader;
    this.#copied = reader.at;
    this.body.clear();
  }

  flush(to: number): void {
    if (to > this.#copied) this.body.copy(this.#reader.bytes, this.#copied, to);
    this.#copied = to;
  }

  /** What the reader has passed since was written otherwise. */
  replaced(): void {
    this.#copied = this.#reader.at;
  }
}
