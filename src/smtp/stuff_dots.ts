// Makes content fit for the wire when we are the client: dots stuffed, the end added. RFC 5321 §4.5.2.

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const dot = Uint8Array.of(DOT);
const endOfLine = Uint8Array.of(DOT, CR, LF);
const endOfText = Uint8Array.of(CR, LF, DOT, CR, LF);

/** Beyond it one copy is cheaper than slices: content may be nothing but lines of dots. */
const mostSlices = 32;

/** Any chunking. Pieces are slices of the chunk and constants: no octet of the content is changed, added ones aside. */
export class DotStuffer {
  #at: "lineStart" | "cr" | "text" = "lineStart";

  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (chunk.length === 0) return [];
    const dots = this.#dotsAtLineStarts(chunk);
    const isLineStart = this.#isLineStart(chunk, chunk.length);
    this.#at = isLineStart ? "lineStart" : chunk[chunk.length - 1] === CR ? "cr" : "text";
    return dots.length > mostSlices ? [stuffed(chunk, dots)] : slices(chunk, dots);
  }

  /** What ends the mail data: a CRLF first if the content did not end in one. The stuffer is fresh again. */
  end(): Uint8Array {
    const end = this.#at === "lineStart" ? endOfLine : endOfText;
    this.#at = "lineStart";
    return end;
  }

  #dotsAtLineStarts(chunk: Uint8Array): readonly number[] {
    const dots: number[] = [];
    for (let i = chunk.indexOf(DOT); i !== -1; i = chunk.indexOf(DOT, i + 1)) {
      if (this.#isLineStart(chunk, i)) dots.push(i);
    }
    return dots;
  }

  /** Does a line begin at `i`? Only CRLF ends one; the two octets before may have come with earlier chunks. */
  #isLineStart(chunk: Uint8Array, i: number): boolean {
    if (i === 0) return this.#at === "lineStart";
    if (chunk[i - 1] !== LF) return false;
    return i === 1 ? this.#at === "cr" : chunk[i - 2] === CR;
  }
}

function slices(chunk: Uint8Array, dots: readonly number[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const at of dots) {
    if (at > from) pieces.push(chunk.subarray(from, at));
    pieces.push(dot);
    from = at;
  }
  pieces.push(from === 0 ? chunk : chunk.subarray(from));
  return pieces;
}

function stuffed(chunk: Uint8Array, dots: readonly number[]): Uint8Array {
  const copy = new Uint8Array(chunk.length + dots.length);
  let next = 0;
  let to = 0;
  for (let i = 0; i < chunk.length; i++) {
    if (i === dots[next]) {
      copy[to++] = DOT;
      next++;
    }
    copy[to++] = chunk[i] ?? 0;
  }
  return copy;
}
