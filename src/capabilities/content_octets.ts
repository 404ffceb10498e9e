// Looks into received content without holding more of it than is asked for.

import { setImmediate as nextTurn } from "node:timers/promises";
import { HeaderEndFinder } from "../spool/header_section.ts";
import { type Content, headLimit } from "../spool/spool.ts";

/** Octets after which searching lets others run. */
const slice = 1_048_576;

/** The octets from `offset` on, fewer than `length` only at the end. A copy. Rejects if the disk fails. */
export async function readContent(content: Content, offset: number, length: number): Promise<Uint8Array> {
  const wanted = Math.max(0, Math.min(length, content.size - offset));
  const octets = new Uint8Array(wanted);
  let filled = 0;
  if (wanted === 0) return octets;
  for await (const piece of content.pieces(offset)) {
    const part = piece.subarray(0, wanted - filled);
    octets.set(part, filled);
    filled += part.byteLength;
    if (filled === wanted) break;
  }
  return octets.subarray(0, filled);
}

/**
 * Offset of the first `wanted` at or behind `from`, or -1; looks at each octet once. `wanted` is not empty. Gives up with
 * -1 when the signal is aborted. Rejects if the disk fails.
 */
export async function findInContent(
  content: Content,
  wanted: Uint8Array,
  from: number,
  signal: AbortSignal,
): Promise<number> {
  if (from >= content.size) return -1;
  let at = from;
  let sinceTurn = 0;
  // The end of what was looked at, where a match may have begun.
  let tail: Uint8Array = new Uint8Array();
  for await (const piece of content.pieces(from)) {
    const edge = Buffer.concat([tail, piece.subarray(0, wanted.byteLength - 1)]);
    const atEdge = edge.indexOf(wanted);
    if (atEdge >= 0) return at - tail.byteLength + atEdge;
    const inside = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).indexOf(wanted);
    if (inside >= 0) return at + inside;
    const both = piece.byteLength >= wanted.byteLength ? piece : Buffer.concat([tail, piece]);
    tail = both.slice(Math.max(0, both.byteLength - wanted.byteLength + 1));
    at += piece.byteLength;
    sinceTurn += piece.byteLength;
    if (sinceTurn >= slice) {
      sinceTurn = 0;
      await nextTurn();
    }
    if (signal.aborted) return -1;
  }
  return -1;
}

const bodyOffsets = new WeakMap<Content, Promise<number>>();

/** Where the body begins: behind the blank line, or the end if there is none. Found once for a content. */
export function bodyOffset(content: Content): Promise<number> {
  const known = bodyOffsets.get(content);
  if (known !== undefined) return known;
  const found = findBody(content);
  bodyOffsets.set(content, found);
  found.catch(() => bodyOffsets.delete(content));
  return found;
}

async function findBody(content: Content): Promise<number> {
  const inHead = new HeaderEndFinder().push(content.head(headLimit));
  if (inHead !== undefined) return inHead;
  const finder = new HeaderEndFinder();
  for await (const piece of content.pieces()) {
    const offset = finder.push(piece);
    if (offset !== undefined) return offset;
  }
  return content.size;
}
