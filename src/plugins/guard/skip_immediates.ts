// Passes what follows an opcode where the rewriter has nothing to change.

import { immediates } from "./opcodes.ts";
import type { Reader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { readReferenceType, readValueType } from "./value_types.ts";

export function skipImmediates(follows: number, reader: Reader): void {
  switch (follows) {
    case immediates.signed32:
      return reader.skipNumber(5);
    case immediates.signed64:
      return reader.skipNumber(10);
    case immediates.octets4:
      return reader.skip(4);
    case immediates.octets8:
      return reader.skip(8);
    case immediates.octets16:
      return reader.skip(16);
    case immediates.lane:
      return reader.skip(1);
    case immediates.heapType:
      return void readReferenceType(reader);
    default:
      return skipRare(follows, reader);
  }
}

function skipRare(follows: number, reader: Reader): void {
  if (follows === immediates.types) {
    for (let rest = reader.u32(); rest > 0; rest--) readValueType(reader);
  } else if (follows === immediates.index) {
    reader.u32();
  } else if (follows === immediates.twoIndices) {
    reader.u32();
    reader.u32();
  }
}

/** The offset stands behind it. Bit 6 would announce the index of a second memory. */
export function skipAlignment(reader: Reader): void {
  const start = reader.at;
  if (reader.u32() >= 64) throw new Refused(start, "it addresses a second memory, which is not allowed");
}

function skipMemoryIndex(reader: Reader): void {
  const start = reader.at;
  if (reader.u32() !== 0) throw new Refused(start, "it addresses a second memory, which is not allowed");
}

/** What follows an instruction on memory, tables or segments. */
export function skipStorageImmediates(follows: number, opcode: number, reader: Reader): void {
  switch (follows) {
    case immediates.memorySize:
    case immediates.memoryGrow:
    case immediates.memoryFill:
      return skipMemoryIndex(reader);
    case immediates.memoryCopy:
      skipMemoryIndex(reader);
      return skipMemoryIndex(reader);
    case immediates.memoryInit:
      reader.u32();
      return skipMemoryIndex(reader);
    case immediates.bulkTable:
      if (opcode !== tableFill) reader.u32();
      break;
  }
  reader.u32();
}

const tableFill = 0x11;
