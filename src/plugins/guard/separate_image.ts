// Takes what a module puts into its memory and globals out of it, so that modules of the same code are compiled once.

import type { GuardFacts } from "./guard.ts";
import type { Reader } from "./reader.ts";
import { sectionIds, type Sections, splitSections } from "./sections.ts";
import { constants, readConstant, readValueType } from "./value_types.ts";
import { Writer } from "./writer.ts";

/** What an instance's memory and globals hold at first, instead of zeros; both are written before any of its code runs. */
export interface Image {
  /** In their order: a later one overwrites an earlier one. Places are those of the memory with its notes. */
  readonly segments: readonly { readonly at: number; readonly octets: Uint8Array }[];
  /** By the names under which the guard exports them. */
  readonly globals: readonly { readonly name: string; readonly value: number | bigint }[];
}

export interface Separated {
  readonly code: Uint8Array<ArrayBuffer>;
  readonly image: Image;
}

const emptyImage: Image = { segments: [], globals: [] };
const { i32: i32Const, i64: i64Const, end } = constants;

/**
 * `wasm` is a guarded module. If its code can use data segments itself, or they lie at places that are not plain
 * numbers, it stays as it is and its image is empty.
 */
export function separateImage(wasm: Uint8Array<ArrayBuffer>, facts: GuardFacts): Separated {
  const sections = splitSections(wasm);
  const segments = facts.usesSegments ? undefined : readSegments(sections.body(sectionIds.data));
  const globals = new Writer(256);
  const given = sections.body(sectionIds.global);
  const values = given === undefined ? [] : writeGlobals(given, globals, facts);
  if (segments === undefined || values === undefined) return { code: wasm, image: emptyImage };
  const writer = new Writer(wasm.length);
  writer.copy(wasm, 0, 8);
  for (const id of keptIds) {
    const body = sections.body(id);
    if (body === undefined) continue;
    writer.octet(id);
    writer.u32(id === sectionIds.global ? globals.length : body.end - body.at);
    if (id === sectionIds.global) writer.append(globals);
    else writer.copy(body.bytes, body.at, body.end);
  }
  return { code: writer.view().slice(), image: { segments, globals: values } };
}

const { type, import: imports, function: functions, table, memory, tag, global, export: exports } = sectionIds;
/** All but data, and what says how much of it there is; the start section is gone already. */
const keptIds = [
  ...[type, imports, functions, table, memory, tag, global, exports],
  ...[sectionIds.element, sectionIds.code],
];

/** Undefined if one of them is passive, or its place is computed. */
function readSegments(reader: ReturnType<Sections["body"]>): Image["segments"] | undefined {
  const segments: Image["segments"][number][] = [];
  for (let rest = reader?.u32() ?? 0; reader !== undefined && rest > 0; rest--) {
    if (reader.u32() !== 0) return undefined;
    const at = readConstant(reader);
    if (typeof at !== "number") return undefined;
    const octets = reader.part(reader.u32());
    segments.push({ at: at >>> 0, octets: reader.bytes.slice(octets.at, octets.end) });
  }
  return segments;
}

/** Values of mutable globals become zeros. Undefined if there is one whose value is no plain whole number. */
function writeGlobals(reader: Reader, writer: Writer, facts: GuardFacts): Image["globals"] | undefined {
  const values: Image["globals"][number][] = [];
  const count = reader.u32();
  writer.u32(count);
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    readValueType(reader);
    const isMutable = reader.octet() === 1;
    const place = reader.at;
    const value = readConstant(reader);
    if (value === undefined) return undefined;
    // The last one is the guard's own, the fuel: no guest's value, and zero.
    const isTaken = isMutable && i < count - 1;
    writer.copy(reader.bytes, start, isTaken ? place : reader.at);
    if (!isTaken) continue;
    writer.octets([typeof value === "bigint" ? i64Const : i32Const, 0x00, end]);
    values.push({ name: facts.globals[values.length]?.name ?? "", value });
  }
  return values;
}
