// Guests that never end: every way WebAssembly has of going on for ever, in a hook and before the first hook.

import { assembled, type Attack, failing } from "./attack.ts";
import { ending, hostile, mail, mailForever } from "./guest_text.ts";

const surroundings = `
  (tag $e)
  (table $t 16 funcref)
  (elem (i32.const 0) $again $turn)
  (global $counter (mut i64) (i64.const 0))
  (func $thrower (throw $e))
  (func $again (return_call $again))
  (func $turn (return_call_indirect (type $plain) (i32.const 1)))
  (func $deep (local i64 i64) (call $deep) (global.set $counter (i64.add (local.get 0) (local.get 1))))
  (func $double (param i32)
    (if (i32.eqz (local.get 0)) (then (return)))
    (call $double (i32.sub (local.get 0) (i32.const 1)))
    (call $double (i32.sub (local.get 0) (i32.const 1))))
  (func $left (param i32 i32)
    (if (i32.eqz (local.get 0)) (then (return)))
    (loop (call $right (i32.sub (local.get 0) (i32.const 1)) (local.get 1)) (br_if 0 (local.get 1))))
  (func $right (param i32 i32) (call $left (local.get 0) (local.get 1)))`;

const rows: readonly (readonly [name: string, tries: string, body: string])[] = [
  ["loop", "run an empty loop", "(loop (br 0))"],
  [
    "loop-that-counts",
    "count without end",
    "(loop (global.set $counter (i64.add (global.get $counter) (i64.const 1))) (br 0))",
  ],
  [
    "loop-in-try",
    "run a loop inside try, and again in catch_all",
    "(loop (try (do (loop (br 0))) (catch_all)) (br 0))",
  ],
  [
    "loop-in-catch-all",
    "throw, and loop in catch_all",
    "(try (do (throw $e)) (catch_all (loop (br 0))))",
  ],
  [
    "loop-of-exceptions",
    "throw and catch without end",
    "(loop (try (do (call $thrower)) (catch $e)) (br 0))",
  ],
  ["recursion", "call itself twice, a thousand deep", "(call $double (i32.const 1000))"],
  [
    "recursion-that-catches",
    "run out of stack, catch that, and run again",
    "(loop (try (do (call $deep)) (catch_all)) (br 0))",
  ],
  ["mutual-recursion", "loop in two functions that call one another", "(call $left (i32.const 1000) (i32.const 1))"],
  ["loop-by-br-table", "loop by br_table", "(loop (br_table 0 0 0 (i32.wrap_i64 (global.get $counter))))"],
  ["tail-calls", "call itself by return_call", "(call $again)"],
  ["indirect-tail-calls", "call itself by return_call_indirect", "(call_indirect (type $plain) (i32.const 1))"],
  ["loop-of-host-functions", "call a host function without end", "(loop (drop (call $length)) (br 0))"],
  ["loop-of-event-reads", "copy the event without end", "(loop (call $read (i32.const 0)) (br 0))"],
  [
    "loop-of-answers",
    "answer 64 KB without end",
    "(loop (call $write (i32.const 0) (i32.const 65536)) (br 0))",
  ],
  [
    "loop-of-errors",
    "say that it failed without end",
    "(local $at i64) (local.set $at (call $alloc (i64.const 1000000))) (loop (call $fail (local.get $at)) (br 0))",
  ],
  [
    "loop-of-outputs",
    "answer through Extism's memory without end",
    "(local $at i64) (local.set $at (call $alloc (i64.const 1000000))) (loop (call $out (local.get $at) (i64.const 1000000)) (br 0))",
  ],
  [
    "loop-of-divisions",
    "divide without end",
    "(loop (global.set $counter (i64.div_u (i64.const -1) (i64.or (global.get $counter) (i64.const 3)))) (br 0))",
  ],
];

const inTheHook: readonly Attack[] = rows.map(([name, tries, body]) => ({
  name,
  tries,
  language: "WAT",
  wasm: () => assembled(hostile(`${surroundings} ${mailForever(body)}`)),
  expected: failing({ endless: true }),
}));

const beforeTheHook: readonly Attack[] = [
  {
    name: "loop-in-start",
    tries: "loop while it is instantiated",
    language: "WAT",
    wasm: () => assembled(hostile(`(func $begin (loop (br 0))) (start $begin) ${mail(ending("pass"))}`)),
    expected: { kind: "refused", problem: /does not start: it ran for more than/, endless: true },
  },
  {
    name: "loop-in-initialize",
    tries: "loop in _initialize",
    language: "WAT",
    wasm: () => assembled(hostile(`(func (export "_initialize") (loop (br 0))) ${mail(ending("pass"))}`)),
    expected: { kind: "refused", problem: /does not start: it ran for more than/, endless: true },
  },
  {
    name: "loop-in-configure",
    tries: "loop while it is configured",
    language: "WAT",
    wasm: () =>
      assembled(hostile(
        `(func (export "configure") (result i32) (loop (br 0)) (unreachable)) ${mail(ending("pass"))}`,
      )),
    expected: { kind: "refused", problem: /it ran for more than/, endless: true },
  },
];

const many: Attack = {
  name: "ten-loops-at-once",
  tries: "run an empty loop in ten sessions at the same time",
  language: "WAT",
  wasm: () => assembled(hostile(mailForever("(loop (br 0))"))),
  expected: failing({ endless: true, clients: 10, failures: 10 }),
};

export const endlessAttacks: readonly Attack[] = [...inTheHook, ...beforeTheHook, many];
