// Rewrites the sections that declare things: types, imports, functions, tables, memory, tags, globals, exports, start.

import type { Reader } from "./reader.ts";
import * as names from "./reserved_names.ts";
import { Refused } from "./refused.ts";
import type { Extent, Shape } from "./shape.ts";
import { readReferenceType, readValueType, rewriteConstant, valueTypes } from "./value_types.ts";
import { mostPages } from "./touch_code.ts";
import type { Writer } from "./writer.ts";

/** Rewrites the body of one section; where the module has none, `reader` holds an empty list. */
export type RewriteSection = (reader: Reader, writer: Writer, shape: Shape) => void;

const kinds = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;

const alreadyGuarded = "it is already guarded, or uses a reserved name";

export function rewriteTypes(reader: Reader, writer: Writer, shape: Shape): void {
  const count = reader.count(shape.limits.types, "types");
  writer.u32(count + 3);
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    if (reader.octet() !== 0x60) throw new Refused(start, "it has a type that is no function type (GC is not allowed)");
    shape.parameters.push(skipValueTypes(reader));
    skipValueTypes(reader);
    writer.copy(reader.bytes, start, reader.at);
  }
  writer.octets([0x60, 1, valueTypes.i32, 1, valueTypes.i32]);
  writer.octets([0x60, 1, valueTypes.i32, 0]);
  writer.octets([0x60, 3, valueTypes.i32, valueTypes.i32, valueTypes.i32, 0]);
}

function skipValueTypes(reader: Reader): number {
  const count = reader.count(1000, "parameters or results of one function");
  for (let i = 0; i < count; i++) readValueType(reader);
  return count;
}

export function rewriteImports(reader: Reader, writer: Writer, shape: Shape): void {
  const count = reader.count(shape.limits.imports, "imports");
  writer.u32(count + 1);
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    const module = reader.name();
    if (names.isReserved(module)) throw new Refused(start, `${alreadyGuarded}: it imports from ${module}`);
    const rest = reader.at;
    reader.skip(reader.u32());
    readImport(reader, shape);
    if (module === names.wasiPreview1) {
      writer.name(names.wasiModule);
      writer.copy(reader.bytes, rest, reader.at);
    } else {
      writer.copy(reader.bytes, start, reader.at);
    }
  }
  shape.importedGlobals = shape.globals.length;
  writer.name(names.reservedModule);
  writer.name(names.tickName);
  writer.octet(kinds.function);
  writer.u32(shape.tickType);
}

function readImport(reader: Reader, shape: Shape): void {
  const start = reader.at;
  const kind = reader.octet();
  if (kind === kinds.function) {
    shape.type(reader.u32(), start);
    shape.importedFunctions += 1;
  } else if (kind === kinds.global) {
    const type = readValueType(reader);
    if (readMutability(reader)) throw new Refused(start, "it imports a mutable global, which is not allowed");
    shape.globals.push({ type, mutable: false });
  } else if (kind === kinds.tag) {
    readTag(reader, shape);
  } else {
    const what = kind === kinds.table ? "a table" : kind === kinds.memory ? "a memory" : "something unknown";
    throw new Refused(start, `it imports ${what}; a plugin must bring its own`);
  }
}

export function rewriteFunctions(reader: Reader, writer: Writer, shape: Shape): void {
  const count = reader.count(shape.limits.functions, "functions");
  writer.u32(count + shape.addedFunctions);
  for (let i = 0; i < count; i++) {
    const type = shape.type(reader.u32(), reader.at);
    shape.functionTypes.push(type);
    writer.u32(type);
  }
  writer.u32(shape.spendType);
  if (shape.hasMemory) { for (const type of [shape.bulkType, shape.bulkType, shape.tickType]) writer.u32(type); }
}

export function rewriteTables(reader: Reader, writer: Writer, shape: Shape): void {
  const count = reader.count(shape.limits.tables, "tables");
  writer.u32(count);
  for (let i = 0; i < count; i++) {
    const withInitial = reader.bytes[reader.at] === 0x40;
    if (withInitial) {
      reader.skip(1);
      const flag = reader.at;
      if (reader.octet() !== 0) throw new Refused(flag, "a table begins with an unknown octet");
      writer.octets([0x40, 0]);
    }
    writer.octet(readReferenceType(reader));
    const extent = readExtent(reader, Math.min(shape.limits.tableEntries, 0xff_ffff), "table", "entries");
    shape.tables.push(extent);
    writeExtent(writer, extent);
    if (withInitial) rewriteConstant(reader, writer, shape);
  }
}

export function rewriteMemory(reader: Reader, writer: Writer, shape: Shape): void {
  const count = reader.count(1, "memories");
  writer.u32(count);
  if (count === 0) return;
  shape.memory = readExtent(reader, Math.min(shape.limits.memoryPages, mostPages), "memory", "pages of 64 KiB");
  const { memory: { initial, maximum }, notesOctets } = shape;
  const notes = notesOctets / 65_536;
  writeExtent(writer, { initial: initial + notes, maximum: maximum + notes });
}

function readExtent(reader: Reader, limit: number, what: string, unit: string): Extent {
  const start = reader.at;
  const flags = reader.octet();
  if ((flags & 0x02) !== 0) throw new Refused(start, `its ${what} is shared; threads are not allowed`);
  if ((flags & 0x04) !== 0) throw new Refused(start, `its ${what} has 64-bit addresses, which is not allowed`);
  if (flags > 1) throw new Refused(start, `its ${what} has unknown limits`);
  const initial = reader.u32();
  const own = flags === 1 ? reader.u32() : limit;
  if (initial > limit) {
    throw new Refused(start, `its ${what} begins with ${initial} ${unit}, and at most ${limit} are allowed`);
  }
  // Only what is wrong anyway can be lifted here, and must stay wrong.
  if (own < initial) throw new Refused(start, `the maximum of its ${what} is below its beginning`);
  return { initial, maximum: Math.min(own, limit) };
}

function writeExtent(writer: Writer, extent: Extent): void {
  writer.octet(1);
  writer.u32(extent.initial);
  writer.u32(extent.maximum);
}

export function rewriteTags(reader: Reader, writer: Writer, shape: Shape): void {
  const start = reader.at;
  const count = reader.count(shape.limits.types, "tags");
  for (let i = 0; i < count; i++) readTag(reader, shape);
  writer.copy(reader.bytes, start, reader.at);
}

function readTag(reader: Reader, shape: Shape): void {
  const start = reader.at;
  if (reader.octet() !== 0) throw new Refused(start, "it has a tag that is no exception");
  shape.type(reader.u32(), start);
}

export function rewriteGlobals(reader: Reader, writer: Writer, shape: Shape): void {
  const count = reader.count(shape.limits.globals, "globals");
  writer.u32(count + 1);
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    const type = readValueType(reader);
    const mutable = readMutability(reader);
    if (mutable && (type === valueTypes.v128 || type === valueTypes.exnref)) {
      throw new Refused(start, "it has a mutable global of type v128 or exnref, whose value no host can restore");
    }
    writer.copy(reader.bytes, start, reader.at);
    rewriteConstant(reader, writer, shape);
    shape.globals.push({ type, mutable });
  }
  // No fuel until the host gives some: even the first call asks `tick`.
  writer.octets([valueTypes.i32, 1, 0x41, 0x00, 0x0b]);
}

function readMutability(reader: Reader): boolean {
  const start = reader.at;
  const flag = reader.octet();
  if (flag > 1) throw new Refused(start, "it has a global that is neither mutable nor immutable (shared?)");
  return flag === 1;
}

export function rewriteExports(reader: Reader, writer: Writer, shape: Shape): void {
  const place = writer.gap(5);
  const count = reader.count(shape.limits.exports, "exports");
  for (let i = 0; i < count; i++) rewriteExport(reader, writer, shape);
  const added = addedExports(shape);
  for (const [name, kind, index] of added) {
    writer.name(name);
    writer.octet(kind);
    writer.u32(index);
  }
  writer.fill(place, 5, count + added.length);
}

function rewriteExport(reader: Reader, writer: Writer, shape: Shape): void {
  const start = reader.at;
  const name = reader.name();
  if (names.isReserved(name)) throw new Refused(start, `${alreadyGuarded}: it exports ${name}`);
  const place = reader.at;
  const kind = reader.octet();
  if (kind > kinds.tag) throw new Refused(place, "it exports something unknown");
  if (kind === kinds.function && names.hiddenExports.has(name)) {
    if (name === "_initialize") shape.initializes = true;
    writer.name(`${names.reservedModule}:${name}`);
    writer.octet(kind);
  } else writer.copy(reader.bytes, start, reader.at);
  const index = reader.u32();
  if (kind === kinds.global) shape.global(index, place);
  if (kind === kinds.memory) shape.memoryName ??= name;
  writer.u32(kind === kinds.function ? shape.function(index, place) : index);
}

type AddedExport = readonly [name: string, kind: number, index: number];

function addedExports(shape: Shape): readonly AddedExport[] {
  const added: AddedExport[] = [[names.fuelExport, kinds.global, shape.fuelGlobal]];
  if (shape.start !== undefined) added.push([names.startExport, kinds.function, shape.function(shape.start, 0)]);
  if (shape.memory !== undefined && shape.memoryName === undefined) {
    shape.memoryName = names.memoryExport;
    added.push([names.memoryExport, kinds.memory, 0]);
  }
  shape.tables.forEach((_, index) => added.push([names.tableExport(index), kinds.table, index]));
  shape.globals.forEach(({ mutable }, index) => {
    if (mutable) added.push([names.globalExport(index), kinds.global, index]);
  });
  return added;
}

/** The function that the module wants to run at its birth; the section itself is left out. */
export function readStart(reader: Reader, shape: Shape): void {
  const start = reader.at;
  shape.start = reader.u32();
  shape.function(shape.start, start);
  reader.expectEnd("the start section");
}
