// Functions that stand in for `memory.fill` and `memory.copy`, in pieces with a check before each, and `memory.grow`.

import type { Shape } from "./shape.ts";
import { behindNotes, isOutside, lessNotes, noteRange, trapOutside } from "./touch_code.ts";
import { leb, type Writer } from "./writer.ts";

/**
 * 256 KiB, some 20 microseconds. One instruction over the whole memory would take milliseconds that nobody could
 * interrupt. LEB128 as in `i32.const`.
 */
const piece: readonly number[] = [0x80, 0x80, 0x10];

// Parameters and the one local of both functions; `from` is the octet to fill with in one of them.
const to = 0;
const from = 1;
const rest = 2;
const size = 3;

const get = (local: number): readonly number[] => [0x20, local];
const set = (local: number): readonly number[] => [0x21, local];
const subtract = (
  local: number,
  amount: number,
): readonly number[] => [...get(local), ...get(amount), 0x6b, ...set(local)];
const add = (local: number, amount: number): readonly number[] => [...get(local), ...get(amount), 0x6a, ...set(local)];

const fill: readonly number[] = [0xfc, 0x0b, 0x00];
const copy: readonly number[] = [0xfc, 0x0a, 0x00, 0x00];

/** The piece that is about to be written: at the front, or behind what is left. */
const note = noteRange(get(to), get(size));
const noteLast = noteRange([...get(to), ...get(rest), 0x6a], get(size));

/** `size = min(rest, piece)`. */
const choosePiece = [...get(rest), 0x41, ...piece, ...get(rest), 0x41, ...piece, 0x49, 0x1b, ...set(size)];
/** While something is left: again. */
const again = [...get(rest), 0x0d, 0x00];

/** The function bodies, with their lengths. What lies outside the memory traps before anything is written. */
export function writeBulk(writer: Writer, shape: Shape): void {
  const pay = [...get(size), 0x41, 0x03, 0x76, 0x10, ...leb(shape.spendFunction)];
  const notes = shape.notesOctets;
  const behind = behindNotes(notes);
  const outside = (address: number): readonly number[] => isOutside(get(address), get(rest), notes);
  writeBody(writer, [
    ...[...outside(to), 0x04, 0x40, ...trapOutside, 0x0b],
    ...[0x03, 0x40, ...choosePiece, ...pay, ...note, ...get(to), ...behind, ...get(from), ...get(size), ...fill],
    ...[...add(to, size), ...subtract(rest, size), ...again, 0x0b],
  ]);
  const upwards = [
    ...[0x03, 0x40, ...choosePiece, ...pay, ...note],
    ...[...get(to), ...behind, ...get(from), ...behind, ...get(size), ...copy],
    ...[...add(to, size), ...add(from, size), ...subtract(rest, size), ...again, 0x0b],
  ];
  // Where the pieces overlap, the last comes first, so that none is overwritten before it is read.
  const downwards = [
    ...[0x03, 0x40, ...choosePiece, ...pay, ...subtract(rest, size), ...noteLast],
    ...[...get(to), ...get(rest), 0x6a, ...behind, ...get(from), ...get(rest), 0x6a, ...behind, ...get(size), ...copy],
    ...[...again, 0x0b],
  ];
  writeBody(writer, [
    ...[...outside(to), ...outside(from), 0x72, 0x04, 0x40, ...trapOutside, 0x0b],
    ...[...get(to), ...get(from), 0x4d, 0x04, 0x40, ...upwards, 0x05, ...downwards, 0x0b],
  ]);
  writeGrow(writer, notes);
}

/** The pages before, those of the guest, or -1. To grow by nothing costs a runtime a new buffer, and does nothing. */
function writeGrow(writer: Writer, notes: number): void {
  const pages = 0;
  const less = lessNotes(notes);
  writeBody(writer, [
    ...[...get(pages), 0x45, 0x04, 0x7f, 0x3f, 0x00, ...less, 0x05],
    ...[...get(pages), 0x40, 0x00, 0x22, pages, 0x41, 0x7f, 0x46, 0x04, 0x7f, 0x41, 0x7f],
    ...[0x05, ...get(pages), ...less, 0x0b, 0x0b],
  ]);
}

function writeBody(writer: Writer, code: readonly number[]): void {
  const oneLocal = [1, 1, 0x7f];
  writer.u32(oneLocal.length + code.length + 1);
  writer.octets([...oneLocal, ...code, 0x0b]);
}
