// Turns the bytes a client sends after 354 into content: dots unstuffed, the end found. RFC 5321 §4.5.2.

import type { BareLines } from "./session.ts";

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const NUL = 0x00;
const carriageReturn = Uint8Array.of(CR);
const lineEnd = Uint8Array.of(CR, LF);
const dot = Uint8Array.of(DOT);

// Above this many slices a chunk costs more in bookkeeping downstream than one copy of it.
const maxPieces = 32;

/**
 * Where in a line of mail data the decoder stands. A CR after a lone dot is held back until its successor is known.
 * `softStart` and `softDot`: the line before ended in a bare LF that was made good, so this one cannot end the data.
 */
type Position = "lineStart" | "dot" | "dotCr" | "softStart" | "softDot" | "cr" | "text";

/** What one chunk held. `rest` is set once the end was seen: the bytes after it belong to the next command. */
export interface Decoded {
  readonly pieces: readonly Uint8Array[];
  readonly rest?: Uint8Array;
}

/**
 * Only CRLF ends a line, and only a lone dot between two CRLF (or before the first) ends the mail data. A bare CR or LF
 * never does, so that no two servers can disagree about where a message ends; by the policy for bare lines it is content
 * all the same (`allow`, and `reject` tells by `broken` that one was there: stopping at it would put the dialog out of
 * step), or a bare LF becomes a CRLF (`normalize`). Not to be used after the end.
 */
export class DataDecoder {
  readonly #normalizes: boolean;
  readonly #allows: boolean;
  #at: Position = "lineStart";
  #broken = false;
  #nul = false;

  constructor(bareLines: BareLines = "reject") {
    this.#normalizes = bareLines === "normalize";
    this.#allows = bareLines === "allow";
  }

  /** A CR or an LF was seen which is not part of a CRLF, and was neither made good nor allowed. */
  get broken(): boolean {
    return this.#broken && !this.#allows;
  }

  /** There is a NUL in the content, and it is not allowed. */
  get nul(): boolean {
    return this.#nul && !this.#allows;
  }

  /** Pieces are slices of `chunk` where possible: use them before the chunk's memory is reused. */
  push(chunk: Uint8Array): Decoded {
    const decoded = this.#decode(chunk);
    this.#nul ||= decoded.pieces.some((piece) => piece.indexOf(NUL) !== -1);
    return decoded;
  }

  #decode(chunk: Uint8Array): Decoded {
    const pieces: Uint8Array[] = [];
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = this.#at;
    let from = 0; // where the slice begins that was not handed out yet
    let i = 0;
    while (i < chunk.length) {
      if (at === "text") {
        i = indexOfBreak(chunk, view, i);
        if (i === chunk.length) break;
        if (chunk[i] === CR) at = "cr";
        else if (this.#normalizes) {
          pieces.push(chunk.subarray(from, i), lineEnd);
          from = i + 1;
          at = "softStart";
        } else this.#broken = true;
        i++;
      } else if (at === "cr") {
        if (chunk[i] === LF) {
          at = "lineStart";
          i++;
        } else {
          this.#broken = true;
          at = "text";
        }
      } else if (at === "lineStart" || at === "softStart") {
        if (chunk[i] === DOT) {
          if (i > from) pieces.push(chunk.subarray(from, i));
          from = ++i;
          at = at === "lineStart" ? "dot" : "softDot";
        } else at = "text";
      } else if (at === "softDot") {
        // A lone dot on a line that a bare LF began or ends is content.
        if (chunk[i] === CR || chunk[i] === LF) pieces.push(dot);
        at = "text";
      } else if (at === "dot") {
        if (chunk[i] === CR) {
          from = ++i;
          at = "dotCr";
        } else at = this.#normalizes && chunk[i] === LF ? "softDot" : "text"; // a stuffed dot: dropped
      } else {
        if (chunk[i] === LF) return { pieces: join(pieces), rest: chunk.subarray(i + 1) };
        pieces.push(carriageReturn); // it was ".<CR>x": the CR is content after all
        this.#broken = true;
        at = "text";
      }
    }
    if (from < chunk.length) pieces.push(from === 0 ? chunk : chunk.subarray(from));
    this.#at = at;
    return { pieces: join(pieces) };
  }
}

/**
 * Index of the first CR or LF at or after `from`, or the length. Looks at eight octets at a time, which is several times
 * the speed of a call of `indexOf` for CR and one for LF on every line of 76 columns.
 */
function indexOfBreak(bytes: Uint8Array, view: DataView, from: number): number {
  let i = from;
  const lastWord = bytes.length - 8;
  while (i <= lastWord) {
    const low = view.getInt32(i, true);
    const high = view.getInt32(i + 4, true);
    // A bit is set if some octet is below 0x0e: CR and LF, and a few rarer control characters.
    const found = (((low - 0x0e0e0e0e) & ~low) | ((high - 0x0e0e0e0e) & ~high)) & 0x80808080;
    if (found !== 0) {
      for (const end = i + 8; i < end; i++) {
        if (bytes[i] === CR || bytes[i] === LF) return i;
      }
    } else i += 8;
  }
  while (i < bytes.length && bytes[i] !== CR && bytes[i] !== LF) i++;
  return i;
}

/** A client that begins every line with a dot must not make the spool write thousands of small slices. */
function join(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  if (pieces.length <= maxPieces) return pieces;
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return [joined];
}
