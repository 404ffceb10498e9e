// What never ends by itself is ended by the guard: one row for each way of going on for ever.

import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { assemble, call, Metered, webAssembly } from "../../../test/support/guarded.ts";

/** Milliseconds a guest may run, and how much later it must have ended. */
const limit = 50;
const grace = 5;

/** On a busy machine another process may come between; one run that is not disturbed is the proof. */
const attempts = 20;

const rows: readonly (readonly [what: string, fields: string])[] = [
  ["a plain loop", "(loop (br 0))"],
  ["a loop with work in it", "(local i32) (loop (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 0))"],
  ["a loop in try and catch_all", "(loop (try (do (loop (br 0))) (catch_all)) (br 0))"],
  ["a loop in catch_all", "(try (do (throw $e)) (catch_all (loop (br 0))))"],
  ["a loop that throws and catches", "(loop (try (do (throw $e)) (catch_all)) (br 0))"],
  ["a loop that catches what a function throws", "(loop (try (do (call $thrower)) (catch $e)) (br 0))"],
  ["a loop over br_table", "(local i32) (loop (br_table 0 0 0 (local.get 0)))"],
  ["a loop left and entered", "(loop $l (block $b (loop (br $b))) (br $l))"],
  ["a loop with parameters", "(i32.const 1) (loop (param i32) (result i32) (br 0)) (drop)"],
  ["tail calls", "(return_call $f)"],
  ["indirect tail calls", "(return_call_indirect (type $v) (i32.const 0))"],
  ["calls that double", "(call $double (i32.const 100000))"],
  ["mutual recursion through a table", "(call $even (i32.const 1000) (i32.const 1))"],
  ["many calls of a cheap function", "(loop (call $cheap) (call $cheap) (call $cheap) (br 0))"],
  ["a loop that asks the host", "(loop (call $host) (br 0))"],
  ["memory.fill", "(loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x4000000)) (br 0))"],
  ["memory.copy", "(loop (memory.copy (i32.const 64) (i32.const 0) (i32.const 0x3ffff00)) (br 0))"],
  ["memory.init of nothing", "(loop (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0)) (br 0))"],
  ["memory.grow", "(loop (drop (memory.grow (i32.const 1))) (br 0))"],
  ["memory.grow by nothing", "(loop (drop (memory.grow (i32.const 0))) (br 0))"],
  ["table.grow", "(loop (drop (table.grow $t (ref.null func) (i32.const 1))) (br 0))"],
  ["table.fill", "(loop (table.fill $t (i32.const 0) (ref.null func) (i32.const 1000)) (br 0))"],
  ["table.copy", "(loop (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 999)) (br 0))"],
  ["division", "(local i64) (loop (local.set 0 (i64.div_u (i64.const -1) (i64.const 3))) (br 0))"],
  [
    "misses of the cache",
    `(local i32) (loop (local.set 0 (i32.mul (i32.const 1664525)
     (i32.add (local.get 0) (i32.add (i32.const 1013904223) (i32.load (i32.and (local.get 0) (i32.const 0x3fffff0)))))))
     (br 0))`,
  ],
];

test("recursion without end is ended by the stack, which no guest catches", () => {
  const wasm = assemble(
    `(module ${surroundings} (func $f (export "f") (loop (try (do (call $deep)) (catch_all)) (br 0))))`,
  );
  assert.throws(() => call(new Metered(wasm, host).exports, "f"), RangeError);
});

const host = { host: { host: (): void => {} } };

const surroundings = `
  (import "host" "host" (func $host))
  (type $v (func))
  (type $two (func (param i32 i32)))
  (memory 1024)
  (data "passive")
  (table $t 1000 5000 funcref)
  (elem (i32.const 0) $f $even)
  (tag $e)
  (func $thrower (throw $e))
  (func $deep (local i64 i64) (call $deep) (drop (i64.add (local.get 0) (local.get 1))))
  (func $cheap (drop (i32.div_u (i32.const 1) (i32.const 2))) (drop (i32.const 4)) (drop (i32.const 4)))
  (func $double (param i32) (if (i32.eqz (local.get 0)) (then (return)))
    (if (i32.gt_u (local.get 0) (i32.const 5000)) (then (local.set 0 (i32.const 5000))))
    (call $double (i32.sub (local.get 0) (i32.const 1))) (call $double (i32.sub (local.get 0) (i32.const 1))))
  (func $even (param i32 i32) (if (i32.eqz (local.get 0)) (then (return)))
    (loop
      (call_indirect (type $two) (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (i32.const 1))
      (br_if 0 (local.get 1))))`;

for (const [what, fields] of rows) {
  test(`after ${limit} ms it ends: ${what}`, () => {
    const wasm = assemble(`(module ${surroundings} (func $f (export "f") ${fields}))`);
    const runs: number[] = [];
    while (runs.length < attempts && !(Math.min(...runs) < limit + grace)) runs.push(millisecondsOf(wasm, what));
    const took = Math.min(...runs);
    assert.ok(took >= limit, `it ended by itself after ${took.toFixed(1)} ms`);
    assert.ok(took < limit + grace, `it took ${runs.map((run) => run.toFixed(1)).join(", ")} ms`);
  });
}

/** With GUARD_FIGURES set, prints how long it was and how often it asked. */
function millisecondsOf(wasm: Uint8Array, what: string): number {
  const clock = { began: performance.now() };
  const guest = new Metered(wasm, host, () => performance.now() - clock.began < limit);
  clock.began = performance.now();
  assert.throws(() => call(guest.exports, "f"), webAssembly.RuntimeError);
  const took = performance.now() - clock.began;
  if (process.env["GUARD_FIGURES"] !== undefined) {
    process.stdout.write(`${took.toFixed(1).padStart(6)} ms ${String(guest.ticks).padStart(6)} ticks  ${what}\n`);
  }
  return took;
}
