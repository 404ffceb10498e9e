// Content that comes by BDAT: nothing is unstuffed, but its lines are looked at like those of DATA. RFC 3030 §2.

import { BareLineFilter } from "./bare_line_filter.ts";
import type { BareLines } from "./session.ts";

/** Binary content (BODY=BINARYMIME) has no lines, so nothing can be wrong with them. */
export class ChunkDecoder {
  readonly #filter: BareLineFilter | undefined;
  #nul = false;

  constructor(bareLines: BareLines, binary: boolean) {
    this.#filter = binary || bareLines === "allow" ? undefined : new BareLineFilter(bareLines);
  }

  /** A CR or an LF was seen that is not part of a CRLF, and cannot be made good. */
  get broken(): boolean {
    return this.#filter?.broken ?? false;
  }

  /** There is a NUL in content that is not binary. */
  get nul(): boolean {
    return this.#nul;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.#filter === undefined) return [chunk];
    this.#nul ||= chunk.indexOf(0) !== -1;
    return this.#filter.push(chunk);
  }

  /** A CR at the very end is a bare one. */
  finish(): void {
    this.#filter?.finish();
  }
}
