// Takes every CR and LF that is not part of a CRLF out of what leaves this server. RFC 5321 §2.3.8.

import { HeaderEndFinder } from "../spool/header_section.ts";

const CR = 13;
const LF = 10;
const SP = 32;
const nothing = new Uint8Array();
const carriageReturn = Uint8Array.of(CR);
const space = Uint8Array.of(SP);

/**
 * Each becomes a space: what was no end of a line for this server and its plugins is none for any other, so no header
 * field, no end of a header section and no end of mail data can appear on the way. One octet for one: sizes stay.
 * Octets come out as late as their successors are needed; any chunking.
 */
export class LineCleaner {
  #held = false;

  push(chunk: Uint8Array): readonly Uint8Array[] {
    const last = chunk.at(-1);
    if (last === undefined) return [];
    const bare = bareEnds(chunk, this.#held);
    const before = this.#held ? [chunk[0] === LF ? carriageReturn : space] : [];
    // Its LF may be the first octet of the next chunk.
    this.#held = last === CR;
    const clean = bare.length === 0 ? chunk : patched(chunk, bare);
    const now = this.#held ? clean.subarray(0, -1) : clean;
    return now.length === 0 ? before : [...before, now];
  }

  /** What was held back at the end. */
  end(): Uint8Array {
    const rest = this.#held ? space : nothing;
    this.#held = false;
    return rest;
  }
}

/** `part`: only the header section, since the lines of binary content are its own business (RFC 3030 §3). */
export async function* withCleanLines(
  pieces: AsyncIterable<Uint8Array>,
  part: "all" | "headerSection",
): AsyncGenerator<Uint8Array> {
  const cleaner = new LineCleaner();
  const finder = new HeaderEndFinder();
  let seen = 0;
  let isHeader = true;
  for await (const piece of pieces) {
    const end = part === "all" || !isHeader ? undefined : finder.push(piece);
    const cut = end === undefined ? (isHeader ? piece.length : 0) : end - seen;
    yield* cleaner.push(piece.subarray(0, cut));
    if (cut < piece.length) yield piece.subarray(cut);
    if (end !== undefined) isHeader = false;
    seen += piece.length;
  }
  const rest = cleaner.end();
  if (rest.length > 0) yield rest;
}

/** Offsets; a CR at the very end is not judged yet. */
function bareEnds(chunk: Uint8Array, behindCr: boolean): readonly number[] {
  const octets = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const bare: number[] = [];
  for (let at = octets.indexOf(LF); at >= 0; at = octets.indexOf(LF, at + 1)) {
    if (at === 0 ? !behindCr : octets[at - 1] !== CR) bare.push(at);
  }
  for (let at = octets.indexOf(CR); at >= 0; at = octets.indexOf(CR, at + 1)) {
    if (at + 1 < octets.length && octets[at + 1] !== LF) bare.push(at);
  }
  return bare;
}

function patched(chunk: Uint8Array, places: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(chunk);
  for (const place of places) copy[place] = SP;
  return copy;
}
