// A module without its data runs as before once its data is put back, and equal code is equal octets.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assemble,
  call,
  guardedOf,
  type GuestExports,
  instantiate,
  memoryOf,
  quantum,
} from "../../../test/support/guarded.ts";
import { separateImage } from "./separate_image.ts";

const imports = { "qpsmtpd:guard": { tick: (): number => quantum } };

function separated(wat: string): ReturnType<typeof separateImage> & { readonly whole: Uint8Array } {
  const { wasm, facts } = guardedOf(assemble(wat));
  return { ...separateImage(wasm.slice(), facts), whole: wasm };
}

function module(text: string, count: number, big = 7n): string {
  return `(module (import "host" "constant" (global i32)) (memory (export "memory") 1)
    (global $a (mut i32) (i32.const ${count})) (global $fixed i32 (i32.const 5)) (global $b (mut i64) (i64.const ${big}))
    (data (i32.const 8) "${text}") (data (i32.const 9) "-")
    (func (export "sum") (result i64)
      (i64.add (i64.extend_i32_s (i32.add (global.get $a) (global.get $fixed))) (global.get $b)))
    (func (export "octet") (param i32) (result i32) (i32.load8_u (local.get 0))))`;
}

function run(wasm: Uint8Array): GuestExports {
  return instantiate(wasm, { ...imports, host: { constant: 1 } });
}

test("modules that differ in their data alone have the same code", () => {
  const [first, second] = [separated(module("abc", 1)), separated(module("xyz, and more", -70_000, -(2n ** 63n)))];
  assert.deepEqual(first.code, second.code);
  assert.notDeepEqual(first.image, second.image);
  assert.notDeepEqual(separated(module("abc", 1).replace("i32.load8_u", "i32.load8_s")).code, first.code);
});

test("with its image an instance is what it was", () => {
  for (const [count, big] of [[1, 7n], [-70_000, -(2n ** 63n)], [2_147_483_647, 2n ** 63n - 1n], [63, 64n]] as const) {
    const { code, image, whole } = separated(module("abc", count, big));
    const [before, after] = [run(whole), run(code)];
    assert.equal(call(after, "octet", 8), 0);
    for (const { name, value } of image.globals) (after[name] as { value: unknown }).value = value;
    const memory = memoryOf(after);
    for (const { at, octets } of image.segments) memory.set(octets, at);
    for (let at = 0; at < 20; at++) assert.equal(call(after, "octet", at), call(before, "octet", at));
    assert.equal(call(after, "sum"), call(before, "sum"));
  }
});

const whole: readonly (readonly [why: string, wat: string])[] = [
  [
    "code copies a segment",
    '(module (memory 1) (data $d "a") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))))',
  ],
  ["code drops a segment", '(module (memory 1) (data $d "a") (func (data.drop $d)))'],
  ["a segment is passive", '(module (memory 1) (data $d "a"))'],
  ["a place is computed", '(module (import "host" "g" (global i32)) (memory 1) (data (global.get 0) "a"))'],
  ["a global is no whole number", '(module (global (mut f64) (f64.const 1)) (memory 1) (data (i32.const 0) "a"))'],
  ["a global is a function", "(module (func $f) (global funcref (ref.func $f)) (memory 1))"],
];

for (const [why, wat] of whole) {
  test(`a module stays whole if ${why}`, () => {
    const { code, image, whole } = separated(wat);
    assert.deepEqual([code, image], [whole, { segments: [], globals: [] }]);
  });
}
