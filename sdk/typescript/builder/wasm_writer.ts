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
  /** Whether the plugin asks the host for anything but log lines; otherwise it does not import what that takes. */
  readonly asksHost: boolean;
}

/**
 * The last imports of the core in their order, and the code that stands in for each: nobody answers, nothing may be
 * read. Put before the core's own functions they leave every function its number.
 */
const hostImports = [
  { name: "qpsmtpd.host_call", code: [0x00, 0x41, 0x00, 0x0b] },
  { name: "qpsmtpd.host_result", code: [0x00, 0x0b] },
  { name: "qpsmtpd.content_read", code: [0x00, 0x41, 0x7f, 0x0b] },
];

/** Fewer zeros than this are written: many small segments make every new instance slower than a few octets more. */
const shortestGap = 32;

export function writePlugin(parts: PluginParts): Uint8Array {
  const sections = reader.readSections(parts.core);
  const body = (id: number): Uint8Array => reader.sectionBody(sections, id);
  const exports = reader.readExports(body(sectionIds.export));
  const ask = exports.find(({ name }) => name === "ask")?.index ?? -1;
  const ownFunctions = new reader.Cursor(body(sectionIds.function)).unsigned();
  const firstHook = reader.readImports(body(sectionIds.import)).length + ownFunctions;
  const { kept: keptImports, dropped } = parts.asksHost
    ? { kept: body(sectionIds.import), dropped: [] }
    : withoutLast(body(sectionIds.import), hostImports.map(({ name }) => name));
  const standIns = dropped.map((_, i) => sized(Uint8Array.from(hostImports[i]?.code ?? [])));
  const hooks = parts.functions.map((_, index) => hookCode(index, ask));
  const segments = dataSegments(parts.snapshot.memory);
  const hookType = reader.typeOfHook(body(sectionIds.type));

  const rewritten = new Map<number, Uint8Array>([
    [sectionIds.import, keptImports],
    [
      sectionIds.function,
      extended(dropped.map(unsigned), body(sectionIds.function), hooks.map(() => unsigned(hookType))),
    ],
    [sectionIds.memory, memory(roundedUp(parts.snapshot.memory.length / 65_536), parts.memoryMaximum)],
    [sectionIds.global, globals(body(sectionIds.global), exports, parts.snapshot.globals)],
    [sectionIds.export, hookExports(parts.functions, firstHook)],
    [sectionIds.dataCount, unsigned(segments.length)],
    [sectionIds.code, extended(standIns, body(sectionIds.code), hooks)],
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
  return sized(joined([[0x00, 0x41], signed(BigInt(index)), [0x10], unsigned(ask), [0x0b]]));
}

/** The import section without its last entries, which must have these names; `dropped` are the types of those. */
function withoutLast(
  body: Uint8Array,
  names: readonly string[],
): { readonly kept: Uint8Array; readonly dropped: readonly number[] } {
  const imports = reader.readImports(body);
  const [kept, last] = [imports.slice(0, -names.length), imports.slice(-names.length)];
  if (last.map(({ name }) => name).join() !== names.join()) {
    throw new Error(`The core's last imports are not ${names.join(", ")}: build it again.`);
  }
  return { kept: vector(kept.map(({ octets }) => octets)), dropped: last.map(({ type }) => type) };
}

function hookExports(functions: readonly string[], first: number): Uint8Array {
  const exports = functions.map((hook, i) => joined([name(hook), [externKinds.function], unsigned(first + i)]));
  return vector([joined([name("memory"), [externKinds.memory, 0]]), ...exports]);
}

/** Plugins that differ a little in size shall not differ in their code: a host shares it between those that are equal. */
function roundedUp(pages: number): number {
  return Math.ceil(pages / 8) * 8;
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

/** A vector's body with more elements before and behind those it has. */
function extended(before: readonly Uint8Array[], body: Uint8Array, behind: readonly Uint8Array[]): Uint8Array {
  const cursor = new reader.Cursor(body);
  const count = cursor.unsigned() + before.length + behind.length;
  return joined([unsigned(count), ...before, body.subarray(cursor.at), ...behind]);
}

function sized(content: Uint8Array): Uint8Array {
  return joined([unsigned(content.length), content]);
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
