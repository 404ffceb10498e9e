// What the guard does not know, or does not allow, is refused with the place and a reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assemble, roomyLimits } from "../../../test/support/guarded.ts";
import { guard, type Guarded } from "./guard.ts";
import type { GivenLimits } from "./limits.ts";

const all = { memory64: true, threads: true, gc: true, function_references: true, multi_memory: true };

type TextRow = readonly [what: string, wat: string, why: RegExp, limits?: Partial<GivenLimits>];

const texts: readonly TextRow[] = [
  ["a memory beyond the limit", "(module (memory 9))", /begins with 9 pages/, { memoryPages: 8 }],
  ["a table beyond the limit", "(module (table 9 funcref))", /begins with 9 entries/, { tableEntries: 8 }],
  ["too many functions", "(module (func) (func))", /2 functions, and at most 1/, { functions: 1 }],
  ["a long function", "(module (func (drop (i32.const 1)) (drop (i32.const 2))))", /8 octets of code/, {
    functionOctets: 7,
  }],
  ["too many locals", "(module (func (local i32 i32 i64)))", /locals/, { locals: 2 }],
  ["too many globals", "(module (global i32 (i32.const 0)) (global i32 (i32.const 0)))", /globals/, { globals: 1 }],
  ["too many tables", "(module (table 1 funcref) (table 1 funcref))", /tables/, { tables: 1 }],
  ["too many types", "(module (type (func)) (type (func (param i32))))", /types/, { types: 1 }],
  ["too many exports", '(module (func (export "a") (export "b")))', /exports/, { exports: 1 }],
  ["too many imports", '(module (import "a" "b" (func)) (import "a" "c" (func)))', /imports/, { imports: 1 }],
  ["too many segments", '(module (memory 1) (data "a") (data "b"))', /segments/, { segments: 1 }],
  ["deep nesting", "(module (func (block (block (block)))))", /deep/, { nesting: 3 }],
  ["64-bit memory", "(module (memory i64 1))", /64-bit/],
  ["shared memory", "(module (memory 1 2 shared))", /shared/],
  ["atomics", "(module (memory 1) (func (atomic.fence)))", /opcode 0xfe/],
  ["GC types", "(module (type (struct)))", /no function type/],
  ["an imported memory", '(module (import "a" "b" (memory 1)))', /imports a memory/],
  ["an imported table", '(module (import "a" "b" (table 1 funcref)))', /imports a table/],
  ["an imported mutable global", '(module (import "a" "b" (global (mut i32))))', /mutable global/],
  ["a mutable vector global", "(module (global (mut v128) (v128.const i32x4 0 0 0 0)))", /v128/],
  [
    "relaxed vectors",
    "(module (func (drop (i8x16.relaxed_swizzle (v128.const i32x4 0 0 0 0) (v128.const i32x4 0 0 0 0)))))",
    /0xfd 0x100/,
  ],
  ["an import of the guard's", '(module (import "qpsmtpd:guard" "tick" (func)))', /already guarded/],
  ["an import of our WASI", '(module (import "qpsmtpd:wasi" "fd_write" (func)))', /reserved name/],
  ["an export of the guard's", '(module (func (export "qpsmtpd:guard:fuel")))', /already guarded/],
];

for (const [what, wat, why, limits] of texts) {
  test(`refused: ${what}`, () => {
    const wasm = assemble(wat, { ...all, relaxed_simd: true });
    assertRefused(guard(wasm, { ...roomyLimits, ...limits }), why, wasm.length);
  });
}

const head = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const oneFunction = [0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00];

/** A module with one function `() -> ()` of this code, `end` included. */
function code(...octets: readonly number[]): readonly number[] {
  return [...head, ...oneFunction, 0x0a, octets.length + 3, 0x01, octets.length + 1, 0x00, ...octets];
}

type OctetRow = readonly [what: string, octets: readonly number[], offset: number, why: RegExp];

const octetRows: readonly OctetRow[] = [
  ["nothing", [], 0, /does not begin/],
  ["half a header", head.slice(0, 6), 4, /version/],
  ["a component", [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00], 4, /component/],
  ["an unknown section", [...head, 14, 0], 8, /section 14/],
  ["a section twice", [...head, 1, 1, 0, 1, 1, 0], 11, /twice/],
  ["sections in the wrong order", [...head, 3, 1, 0, 1, 1, 0], 11, /wrong place/],
  ["a section past the end", [...head, 1, 9, 0], 10, /ends inside/],
  ["a section with a rest", [...head, 1, 2, 0, 0], 11, /longer than what it holds/],
  ["a number of six octets", [...head, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 9, /32 bits/],
  ["a number of 33 bits", [...head, 1, 0xff, 0xff, 0xff, 0xff, 0x1f], 9, /32 bits/],
  ["functions without code", [...head, ...oneFunction], 0, /has the code of 0/],
  ["an unknown opcode", code(0x01, 0xff, 0x0b), 24, /opcode 0xff/],
  ["an unknown vector opcode", code(0xfd, 0x9a, 0x01, 0x0b), 23, /0xfd 0x9a/],
  ["an unknown bulk opcode", code(0xfc, 0x20, 0x0b), 23, /0xfc 0x20/],
  ["code without end", code(0x01), 24, /ends inside/],
  ["code behind the end", code(0x0b, 0x0b), 24, /longer/],
  ["a long constant", code(0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x1a, 0x0b), 24, /longer than its type/],
  ["a label that is not there", code(0x0c, 0x01, 0x0b), 23, /no label 1/],
  ["a local that the guard may add", code(0x20, 0x00, 0x1a, 0x0b), 25, /no local 0/],
  ["the fuel, as the next global", code(0x41, 0x00, 0x24, 0x00, 0x0b), 26, /no global 0/],
  ["the guard's function, as the next one", code(0x10, 0x01, 0x0b), 24, /no function 1/],
  ["a type that the guard adds", code(0x41, 0x00, 0x11, 0x01, 0x00, 0x0b), 26, /no type 1/],
  ["an else without if", code(0x02, 0x40, 0x05, 0x0b, 0x0b), 25, /else/],
  ["a second memory's address", code(0x41, 0x00, 0x28, 0x40, 0x01, 0x00, 0x1a, 0x0b), 26, /second memory/],
  ["a second memory's size", code(0x3f, 0x01, 0x1a, 0x0b), 24, /second memory/],
  ["data of a second memory", [...head, 0x0b, 0x07, 0x01, 0x02, 0x01, 0x41, 0x00, 0x0b, 0x00], 11, /second memory/],
];

for (const [what, octets, offset, why] of octetRows) {
  test(`refused at octet ${offset}: ${what}`, () => {
    const refused = guard(Uint8Array.from(octets), roomyLimits);
    assertRefused(refused, why, octets.length);
    assert.equal(refused.kind === "refused" && refused.offset, offset);
  });
}

test("what is guarded already is refused", () => {
  const once = guard(assemble('(module (func (export "f") (loop)))'), roomyLimits);
  assert.ok(once.kind === "guarded");
  assertRefused(guard(once.wasm, roomyLimits), /already guarded/, once.wasm.length);
});

function assertRefused(guarded: Guarded, why: RegExp, length: number): void {
  assert.ok(guarded.kind === "refused", "it was not refused");
  assert.match(guarded.why, why);
  assert.ok(guarded.offset >= 0 && guarded.offset <= length, `offset ${guarded.offset} of ${length}`);
}
