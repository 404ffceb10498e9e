// Rewrites element segments, whose functions have moved, and data segments, whose places have.

import type { Reader } from "./reader.ts";
import { Refused } from "./refused.ts";
import type { Shape } from "./shape.ts";
import { behindNotes } from "./touch_code.ts";
import { readConstant, readReferenceType, rewriteConstant } from "./value_types.ts";
import { Writer } from "./writer.ts";

/** Bits of an element segment's first number. */
const notActive = 1;
const withIndex = 2;
const expressions = 4;

export function rewriteElements(reader: Reader, writer: Writer, shape: Shape): void {
  const count = reader.count(shape.limits.segments, "element segments");
  writer.u32(count);
  for (let i = 0; i < count; i++) rewriteElement(reader, writer, shape);
}

function rewriteElement(reader: Reader, writer: Writer, shape: Shape): void {
  const start = reader.at;
  const flags = reader.u32();
  if (flags > 7) throw new Refused(start, "an element segment is of unknown kind");
  writer.u32(flags);
  if ((flags & notActive) === 0) {
    if ((flags & withIndex) !== 0) writer.u32(reader.u32());
    rewriteConstant(reader, writer, shape);
  }
  // Flags 0 and 4 are the old forms, which name no type.
  if ((flags & (notActive | withIndex)) !== 0) rewriteElementKind(reader, writer, (flags & expressions) !== 0);
  const count = reader.u32();
  writer.u32(count);
  for (let i = 0; i < count; i++) {
    if ((flags & expressions) !== 0) rewriteConstant(reader, writer, shape);
    else writer.u32(shape.function(reader.u32(), reader.at));
  }
}

function rewriteElementKind(reader: Reader, writer: Writer, isType: boolean): void {
  if (isType) return writer.octet(readReferenceType(reader));
  const start = reader.at;
  if (reader.octet() !== 0) throw new Refused(start, "an element segment holds something that is no function");
  writer.octet(0);
}

export function rewriteData(reader: Reader, writer: Writer, shape: Shape): void {
  const count = reader.count(shape.limits.segments, "data segments");
  writer.u32(count);
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    const flags = reader.u32();
    if (flags > 1) throw new Refused(start, "a data segment is of unknown kind, or of a second memory");
    writer.u32(flags);
    if (flags === 0) rewritePlace(reader, writer, shape);
    const from = reader.at;
    reader.skip(reader.u32());
    writer.copy(reader.bytes, from, reader.at);
  }
}

/** An expression of a place in the memory: in the new module it is behind the notes. */
function rewritePlace(reader: Reader, writer: Writer, shape: Shape): void {
  const start = reader.at;
  const place = readConstant(reader);
  if (typeof place === "number") {
    const moved = (place >>> 0) + shape.notesOctets;
    if (moved > 0xffff_ffff) throw new Refused(start, "a data segment lies outside its memory");
    writer.octet(0x41);
    writer.i32(moved);
    return writer.octet(0x0b);
  }
  reader.at = start;
  const computed = new Writer(64);
  rewriteConstant(reader, computed, shape);
  // Should the sum wrap around, then before the guest runs, and there are no notes yet.
  writer.copy(computed.view(), 0, computed.length - 1);
  writer.octets([...behindNotes(shape.notesOctets), 0x0b]);
}
