// The guard: rewrites a module so that it cannot take more time, memory or table entries than it is given.

import { completeLimits, type GivenLimits } from "./limits.ts";
import { Reader } from "./reader.ts";
import { Refused } from "./refused.ts";
import * as names from "./reserved_names.ts";
import { rewriteCode } from "./rewrite_code.ts";
import * as lists from "./rewrite_lists.ts";
import { rewriteData, rewriteElements } from "./rewrite_segments.ts";
import { sectionIds, type Sections, splitSections } from "./sections.ts";
import { type Extent, Shape } from "./shape.ts";
import { typeName, type ValueTypeName } from "./value_types.ts";
import { Writer } from "./writer.ts";

/** `offset` is the octet of the given module at which it stopped being acceptable. */
export type Guarded =
  | { readonly kind: "guarded"; readonly wasm: Uint8Array<ArrayBuffer>; readonly facts: GuardFacts }
  | { readonly kind: "refused"; readonly offset: number; readonly why: string };

/** What the host must know of the new module. Names are those of exports, the guard's own or the module's. */
export interface GuardFacts {
  /** A mutable i32: the fuel left. Zero at first; the host sets it before each call. */
  readonly fuel: string;
  /** To be called once each, in this order, before all others: the start function, `_initialize`. */
  readonly starts: readonly string[];
  /** Sizes in pages of 64 KiB; in front of the guest's own are so many octets of notes: see `touch_code.ts`. */
  readonly memory?: { readonly name: string; readonly notes: number } & Extent;
  /** Every mutable global, for snapshot and restore. */
  readonly globals: readonly { readonly name: string; readonly type: ValueTypeName }[];
  readonly tables: readonly ({ readonly name: string } & Extent)[];
  /** Whether code can change or lengthen a table: then a restore must write the tables too, or end the instance. */
  readonly changesTables: boolean;
  /** Whether code can drop a data or element segment, which no restore undoes. */
  readonly dropsSegments: boolean;
  /** Whether code can copy data segments into the memory, or drop them. */
  readonly usesSegments: boolean;
  readonly functions: number;
  readonly loops: number;
}

/**
 * An equal module under limits: memory and tables capped, fuel counted, `start` left to the host. It imports one
 * function more, `tick` of `qpsmtpd:guard`, which is asked when the fuel is below zero; see `reserved_names.ts`. The
 * given bytes need not be valid: what is refused here is told with its offset, and the rest is left to the runtime,
 * which must compile the result and will refuse an invalid module then.
 */
export function guard(bytes: Uint8Array, limits: GivenLimits): Guarded {
  try {
    const shape = new Shape(completeLimits(limits));
    const sections = splitSections(bytes);
    shape.hasMemory = countsAny(sections.body(sectionIds.memory));
    const wasm = rewriteModule(bytes, sections, shape);
    return { kind: "guarded", wasm, facts: factsOf(shape) };
  } catch (thrown) {
    if (thrown instanceof Refused) return { kind: "refused", offset: thrown.offset, why: thrown.message };
    throw thrown;
  }
}

/** Sections in the order of the standard; `always` where the guard adds to it. */
const rewriters: readonly (readonly [id: number, rewrite: lists.RewriteSection, when: "always" | "present"])[] = [
  [sectionIds.type, lists.rewriteTypes, "always"],
  [sectionIds.import, lists.rewriteImports, "always"],
  [sectionIds.function, lists.rewriteFunctions, "always"],
  [sectionIds.table, lists.rewriteTables, "present"],
  [sectionIds.memory, lists.rewriteMemory, "present"],
  [sectionIds.tag, lists.rewriteTags, "present"],
  [sectionIds.global, lists.rewriteGlobals, "always"],
  [sectionIds.export, lists.rewriteExports, "always"],
  [sectionIds.element, rewriteElements, "present"],
  [sectionIds.dataCount, copyDataCount, "present"],
  [sectionIds.code, rewriteCode, "always"],
  [sectionIds.data, rewriteData, "present"],
];

function rewriteModule(bytes: Uint8Array, sections: Sections, shape: Shape): Uint8Array<ArrayBuffer> {
  const writer = new Writer(Math.ceil(bytes.length * 1.25) + 1024);
  writer.copy(bytes, 0, 8);
  for (const [id, rewrite, when] of rewriters) {
    const given = sections.body(id);
    if (given === undefined && when === "present") continue;
    const reader = given ?? new Reader(emptyList, 0, emptyList.length);
    // Exports must know the start function, whose section comes behind them.
    const startSection = id === sectionIds.export ? sections.body(sectionIds.start) : undefined;
    if (startSection !== undefined) lists.readStart(startSection, shape);
    writer.octet(id);
    const place = writer.gap(5);
    const start = writer.length;
    rewrite(reader, writer, shape);
    reader.expectEnd(`the section ${id}`);
    writer.fill(place, 5, writer.length - start);
  }
  for (const { bytes, at, end } of sections.kept) writer.copy(bytes, at, end);
  return writer.view().slice();
}

/** Looks without reading on. */
function countsAny(reader: Reader | undefined): boolean {
  return reader !== undefined && new Reader(reader.bytes, reader.at, reader.end).u32() > 0;
}

const emptyList = new Uint8Array([0]);

function copyDataCount(reader: Reader, writer: Writer): void {
  writer.u32(reader.u32());
}

function factsOf(shape: Shape): GuardFacts {
  const { memory, memoryName } = shape;
  return {
    fuel: names.fuelExport,
    starts: [
      ...(shape.start === undefined ? [] : [names.startExport]),
      ...(shape.initializes ? [names.initializeExport] : []),
    ],
    ...(memory === undefined || memoryName === undefined
      ? {}
      : { memory: { name: memoryName, notes: shape.notesOctets, ...memory } }),
    globals: shape.globals.flatMap(({ type, mutable }, index) => {
      const name = typeName(type);
      return mutable && name !== undefined ? [{ name: names.globalExport(index), type: name }] : [];
    }),
    tables: shape.tables.map((extent, index) => ({ name: names.tableExport(index), ...extent })),
    changesTables: shape.changesTables,
    dropsSegments: shape.dropsSegments,
    usesSegments: shape.copiesSegments || shape.dropsSegments,
    functions: shape.functionTypes.length,
    loops: shape.loops,
  };
}
