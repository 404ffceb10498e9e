// Writes a plugin: the core's code, the snapshot as its data, one exported function a hook, and the manifest.

import type { Snapshot } from "./snapshot.ts";
import * as reader from "./wasm_reader.ts";

const { sectionIds, externKinds } = reader;

export interface PluginParts {
  readonly core: Uint8Array;
  readonly snapshot: Snapshot;
  /** Exported names in the order of the index that the core's `ask` takes. */
  readonly functions: readonly string[];
  readonly customSection: { readonly name: string; readonly content: Uint8Array };
  /** Pages of 64 KiB. */
  readonly memoryMaximum: number;
}

/** Fewer zeros than this are written: many small segments make every new instance slower than a few octets more. */
const shortestGap = 32;

export function writePlugin(parts: PluginParts): Uint8Array {
  const sections = reader.readSections(parts.core);
  const body = (id: number): Uint8Array => reader.sectionBody(sections, id);
  const exports = reader.readExports(body(sectionIds.export));
  const ask = exports.find(({ name }) => name === "ask")?.index ?? -1;
  const ownFunctions = new reader.Cursor(body(sectionIds.function)).unsigned();
  const firstHook = reader.countImports(body(sectionIds.import)) + ownFunctions;
  const segments = dataSegments(parts.snapshot.memory);
  const hookType = reader.typeOfHook(body(sectionIds.type));

  const rewritten = new Map<number, Uint8Array>([
    [sectionIds.function, appended(body(sectionIds.function), parts.functions.map(() => unsigned(hookType)))],
    [sectionIds.memory, memory(parts.snapshot.memory.length / 65_536, parts.memoryMaximum)],
    [sectionIds.global, globals(body(sectionIds.global), exports, parts.snapshot.globals)],
    [sectionIds.export, hookExports(parts.functions, firstHook)],
    [sectionIds.dataCount, unsigned(segments.length)],
    [sectionIds.code, appended(body(sectionIds.code), parts.functions.map((_, index) => hookCode(index, ask)))],
    [sectionIds.data, vector(segments)],
  ]);
  const kept = sections.filter(({ id }) => id !== sectionIds.custom);
  return joined([
    parts.core.subarray(0, 8),
    ...kept.map(({ id, body }) => section(id, rewritten.get(id) ?? body)),
    section(sectionIds.custom, joined([name(parts.customSection.name), parts.customSection.content])),
  ]);
}

/** `i32.const index; call ask`. */
function hookCode(index: number, ask: number): Uint8Array {
  const code = joined([[0x00, 0x41], signed(BigInt(index)), [0x10], unsigned(ask), [0x0b]]);
  return joined([unsigned(code.length), code]);
}

function hookExports(functions: readonly string[], first: number): Uint8Array {
  const exports = functions.map((hook, i) => joined([name(hook), [externKinds.function], unsigned(first + i)]));
  return vector([joined([name("memory"), [externKinds.memory, 0]]), ...exports]);
}

function memory(pages: number, maximum: number): Uint8Array {
  return joined([[1, 0x01], unsigned(pages), unsigned(maximum)]);
}

function globals(
  body: Uint8Array,
  exports: readonly reader.Export[],
  values: ReadonlyMap<string, number | bigint>,
): Uint8Array {
  const names = new Map(exports.filter(({ kind }) => kind === externKinds.global).map((e) => [e.index, e.name]));
  return vector(
    reader.readGlobals(body).map(({ type, mutable, initial }, index) => {
      if (!mutable) return joined([[type, 0], initial]);
      const value = values.get(names.get(index) ?? "");
      if (value === undefined) throw new Error(`The core's global ${index} is mutable but not exported: no snapshot.`);
      const opcode = type === 0x7e ? 0x42 : 0x41;
      return joined([[type, 1, opcode], signed(BigInt(value)), [0x0b]]);
    }),
  );
}

/** Active segments of memory 0 for all that is not zero. */
function dataSegments(memory: Uint8Array): Uint8Array[] {
  const segments: Uint8Array[] = [];
  let at = 0;
  while (at < memory.length) {
    if (memory[at] === 0) {
      at += 1;
      continue;
    }
    const end = endOfRun(memory, at);
    const content = memory.subarray(at, end);
    segments.push(joined([[0x00, 0x41], signed(BigInt(at)), [0x0b], unsigned(content.length), content]));
    at = end;
  }
  return segments;
}

function endOfRun(memory: Uint8Array, start: number): number {
  let end = start + 1;
  for (let at = end; at < memory.length && at - end < shortestGap; at++) {
    if (memory[at] !== 0) end = at + 1;
  }
  return end;
}

/** A vector's body with more elements behind those it has. */
function appended(body: Uint8Array, elements: readonly Uint8Array[]): Uint8Array {
  const cursor = new reader.Cursor(body);
  const count = cursor.unsigned();
  return joined([unsigned(count + elements.length), body.subarray(cursor.at), ...elements]);
}

function vector(elements: readonly Uint8Array[]): Uint8Array {
  return joined([unsigned(elements.length), ...elements]);
}

function section(id: number, body: Uint8Array): Uint8Array {
  return joined([[id], unsigned(body.length), body]);
}

function name(text: string): Uint8Array {
  const octets = new TextEncoder().encode(text);
  return joined([unsigned(octets.length), octets]);
}

function unsigned(value: number): Uint8Array {
  const octets: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    octets.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return Uint8Array.from(octets);
}

/** Signed LEB128. */
function signed(value: bigint): Uint8Array {
  const octets: number[] = [];
  for (let rest = value;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const last = rest === ((low & 0x40) === 0 ? 0n : -1n);
    octets.push(last ? low : low | 0x80);
    if (last) return Uint8Array.from(octets);
  }
}

function joined(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
