// The value types that the guard knows, and what stands where a type may stand.

import type { Reader } from "./reader.ts";
import type { Shape } from "./shape.ts";
import type { Writer } from "./writer.ts";

export const valueTypes = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
  exnref: 0x69,
} as const;

export type ValueTypeName = keyof typeof valueTypes;

const names: ReadonlyMap<number, ValueTypeName> = new Map(
  Object.entries(valueTypes).map(([name, octet]) => [octet, name as ValueTypeName]),
);

const emptyBlock = 0x40;

export function typeName(octet: number): ValueTypeName | undefined {
  return names.get(octet);
}

export function readValueType(reader: Reader): number {
  const offset = reader.at;
  const octet = reader.octet();
  if (!names.has(octet)) {
    reader.at = offset;
    reader.refuse(`the value type 0x${octet.toString(16)} is not known (typed references and GC are not allowed)`);
  }
  return octet;
}

export function readReferenceType(reader: Reader): number {
  const offset = reader.at;
  const type = readValueType(reader);
  if (type <= valueTypes.funcref) return type;
  reader.at = offset;
  return reader.refuse(`0x${type.toString(16)} is no reference type`);
}

/** Nothing, one value type, or the index of a function type. */
export function skipBlockType(reader: Reader, shape: Shape): void {
  const first = reader.bytes[reader.at] ?? 0;
  if (first === emptyBlock) reader.at += 1;
  else if (first > emptyBlock && first < 0x80) readValueType(reader);
  else shape.type(reader.u32(), reader.at);
}

/** A constant expression with its `end`; function indices are moved. */
export function rewriteConstant(reader: Reader, writer: Writer, shape: Shape): void {
  for (;;) {
    const start = reader.at;
    const opcode = reader.octet();
    if (opcode === 0xd2) {
      writer.octet(opcode);
      writer.u32(shape.function(reader.u32(), start));
      continue;
    }
    skipConstant(opcode, reader, shape);
    writer.copy(reader.bytes, start, reader.at);
    if (opcode === 0x0b) return;
  }
}

function skipConstant(opcode: number, reader: Reader, shape: Shape): void {
  const start = reader.at - 1;
  if (opcode === 0x0b) return;
  if (opcode === 0x41) return reader.skipNumber(5);
  if (opcode === 0x42) return reader.skipNumber(10);
  if (opcode === 0x43) return reader.skip(4);
  if (opcode === 0x44) return reader.skip(8);
  if (opcode === 0x23) return void shape.global(reader.u32(), start);
  if (opcode === 0xd0) return void readReferenceType(reader);
  if (opcode === 0xfd && reader.u32() === 0x0c) return reader.skip(16);
  // Extended constant expressions: add, subtract and multiply of both widths.
  if ((opcode >= 0x6a && opcode <= 0x6c) || (opcode >= 0x7c && opcode <= 0x7e)) return;
  reader.at = start;
  reader.refuse(`the opcode 0x${opcode.toString(16)} is not known in a constant expression`);
}

/** Opcodes of constant expressions. */
export const constants = { i32: 0x41, i64: 0x42, end: 0x0b } as const;

/** What an expression gives that is one `i32.const` or `i64.const`; undefined for others, which may be passed half. */
export function readConstant(reader: Reader): number | bigint | undefined {
  const opcode = reader.octet();
  if (opcode !== constants.i32 && opcode !== constants.i64) return undefined;
  let value = 0n;
  let shift = 0n;
  for (let octet = 0x80; octet >= 0x80; shift += 7n) {
    octet = reader.octet();
    value |= BigInt(octet & 0x7f) << shift;
  }
  if (reader.octet() !== constants.end) return undefined;
  const [signed, bits] = [BigInt.asIntN(Number(shift), value), opcode === constants.i64 ? 64 : 32];
  // What is no valid number stays so.
  if (BigInt.asIntN(bits, signed) !== signed || shift > bits + 6) return undefined;
  return bits === 64 ? signed : Number(signed);
}
