// What a guarded module is: capped, metered, without a start of its own, and told to the host in `facts`.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  assemble,
  call,
  guardedOf,
  type GuestExports,
  instantiate,
  memoryOf,
  Metered,
  outcome,
  quantum,
  webAssembly,
} from "../../../test/support/guarded.ts";
import { workTime } from "../../../test/support/own_time.ts";
import { withSection } from "../../../test/support/wat_plugin.ts";
import { readCustomSection } from "../custom_section.ts";

const tight = { memoryPages: 4, tableEntries: 10 };

test("memory and tables end at their own maximum or at the limit, whichever is less", () => {
  const rows = [["", 4], ["3", 3], ["9", 4]] as const;
  for (const [own, most] of rows) {
    const { facts, wasm } = guardedOf(assemble(`(module (memory 1 ${own}) ${growth})`), tight);
    assert.deepEqual(facts.memory, { name: "qpsmtpd:guard:memory", notes: 65_536, initial: 1, maximum: most });
    const guest = instantiate(wasm, { "qpsmtpd:guard": { tick: () => quantum } });
    assert.equal(call(guest, "grow", most - 1), 1);
    assert.equal(call(guest, "grow", 1), -1);
  }
  const { facts, wasm } = guardedOf(
    assemble(`(module (memory 1) ${growth} (table $t 2 funcref)
    (func (export "more") (param i32) (result i32) (table.grow $t (ref.null func) (local.get 0))))`),
    tight,
  );
  assert.deepEqual(facts.tables, [{ name: "qpsmtpd:guard:table:0", initial: 2, maximum: 10 }]);
  const guest = instantiate(wasm, { "qpsmtpd:guard": { tick: () => quantum } });
  assert.deepEqual([call(guest, "more", 8), call(guest, "more", 1), call(guest, "more", -1)], [2, -1, -1]);
});

const growth = '(func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))';

/** Fuel for one more round, at least and at most; the body gets the rounds left as its local 0. */
const prices: readonly (readonly [what: string, body: string, least: number, most: number])[] = [
  ["an empty loop", "", 4, 12],
  ["ten additions", "(local.set 1 (i32.const 0))".repeat(5), 14, 22],
  ["a function without calls", "(call $leaf)", 8, 60],
  ["an expensive function without calls", "(call $longLeaf)", 1000, 1200],
  ["a function that calls", "(call $caller)", 12, 100],
  ["a function with a loop", "(call $looping)", 20, 600],
  [
    "the longest case of a switch",
    `(block (block (block (br_table 0 1 2 (local.get 0))) ${"(nop)".repeat(90)} (br 1))
    ${"(nop)".repeat(30)})`,
    90,
    120,
  ],
  ["more than is charged at the head", "(nop)".repeat(1000), 1000, 1100],
  ["an exception", "(try (do (throw $e)) (catch_all))", 2000, 2100],
  ["an exception out of a function", "(try (do (call $thrower)) (catch $e))", 2000, 2200],
  ["64 KiB filled", "(memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))", 8192, 8300],
  ["32 KiB copied", "(memory.copy (i32.const 0) (i32.const 99) (i32.const 32768))", 4096, 4200],
  ["100 entries filled", "(table.fill $t (i32.const 0) (ref.null func) (i32.const 100))", 400, 500],
  ["memory grown by nothing", "(drop (memory.grow (i32.const 0)))", 1000, 1100],
  ["a call of the host", "(call $host)", 40, 80],
  ["a tail call", "(call $tail)", 12, 120],
  ["many locals", "(call $manyLocals)", 100, 200],
];

for (const [what, body, least, most] of prices) {
  test(`what runs is paid for: ${what}`, () => {
    const guest = new Metered(
      assemble(`(module
      (import "host" "host" (func $host))
      (memory 1) (table $t 100 funcref) (tag $e)
      (func $leaf (drop (i32.const 1)) (drop (i32.const 1)))
      (func $longLeaf ${"(nop)".repeat(1000)})
      (func $caller (call $leaf))
      (func $looping (loop))
      (func $thrower (throw $e))
      (func $tail (return_call $leaf))
      (func $manyLocals (local ${"i64 ".repeat(1000)}))
      (func (export "f") (param i32) (local i32)
        (loop ${body} (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`),
      {
        host: { host: (): void => {} },
      },
    );
    const used = (rounds: number): number => {
      const before = guest.used;
      call(guest.exports, "f", rounds);
      return guest.used - before;
    };
    const each = (used(3000) - used(1000)) / 2000;
    assert.ok(each >= least && each <= most, `one round costs ${each}, which is not within ${least} and ${most}`);
  });
}

test("memory is filled and copied in pieces as it was in one", () => {
  const wasm = assemble(`(module (memory (export "memory") 32)
    (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
    (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2))))`);
  const [plain, { exports: guarded, facts }] = [instantiate(wasm), new Metered(wasm)];
  const [plainOctets, octets] = [memoryOf(plain), memoryOf(guarded, facts)];
  for (const each of [plainOctets, octets]) each.forEach((_, i) => each[i] = (i * 2_654_435_761) >>> 20);
  const all = 32 * 65_536;
  const half = all / 2;
  const rows = [
    ...[["copy", 0, 7, all - 7], ["copy", 9, 0, all - 9], ["copy", 300_000, 1000, 1_000_000], ["copy", 5, 5, 262_144]],
    ...[["copy", half, 0, half], ["copy", 0, half, half], ["copy", all, all, 0], ["copy", 1, 0, all], [
      "copy",
      0,
      1,
      all,
    ]],
    ...[["copy", 0, 0, -1], ["copy", -1, 0, 1], ["copy", all + 1, 0, 0], ["copy", 3, 2, 262_145]],
    ...[["fill", 3, 77, 600_000], ["fill", 0, 1, 262_144], ["fill", all, 1, 0], ["fill", all - 5, 1, 6]],
    ...[["fill", 0, 1, -1], ["fill", all + 1, 1, 0], ["fill", 100, 0x1ff, 262_143]],
  ] as const;
  for (const [name, ...values] of rows) {
    const run = (guest: GuestExports) => (): unknown => call(guest, name, ...values);
    assert.equal(outcome(run(guarded)), outcome(run(plain)), `${name} ${values}`);
    assert.ok(Buffer.compare(octets, plainOctets) === 0, `memory after ${name} ${values}`);
  }
});

test("a guest without fuel asks before it does anything", () => {
  const guest = new Metered(assemble('(module (func) (func (export "f") (call 0)))'));
  call(guest.exports, "f");
  assert.equal(guest.ticks, 1);
});

test("a killed guest stays killed, whatever it catches", () => {
  const guest = new Metered(
    assemble(`(module (func $f (loop (br 0)))
      (func (export "f") (loop (try (do (call $f)) (catch_all)) (br 0))))`),
    {},
    (used) => used < 3 * quantum,
  );
  for (let i = 0; i < 3; i++) assert.throws(() => call(guest.exports, "f"), webAssembly.RuntimeError);
});

test("start is not run by the runtime, but by the host under fuel", () => {
  const wasm = assemble(
    '(module (global $g (export "g") (mut i32) (i32.const 1)) (func $s (global.set $g (i32.const 2))) (start $s))',
  );
  const { facts, wasm: guarded } = guardedOf(wasm);
  assert.deepEqual(facts.starts, ["qpsmtpd:guard:start"]);
  const guest = instantiate(guarded, { "qpsmtpd:guard": { tick: () => quantum } });
  const g = guest["g"] as { readonly value: number };
  assert.equal(g.value, 1);
  call(guest, facts.starts[0] ?? "");
  assert.equal(g.value, 2);
});

test("every mutable global and every table can be read and written from outside", () => {
  const { facts, wasm } = guardedOf(assemble(`(module (table 3 funcref) (func $f)
    (global (mut i32) (i32.const 1)) (global i32 (i32.const 2)) (global (mut i64) (i64.const 3))
    (global (mut f32) (f32.const 4)) (global (mut f64) (f64.const 5))
    (global (mut funcref) (ref.null func)) (global (mut externref) (ref.null extern)))`));
  const guest = instantiate(wasm, { "qpsmtpd:guard": { tick: () => quantum } });
  const values = facts.globals.map(({ name, type }) => [name, type, (guest[name] as { value: unknown }).value]);
  assert.deepEqual(values, [
    ["qpsmtpd:guard:global:0", "i32", 1],
    ["qpsmtpd:guard:global:2", "i64", 3n],
    ["qpsmtpd:guard:global:3", "f32", 4],
    ["qpsmtpd:guard:global:4", "f64", 5],
    ["qpsmtpd:guard:global:5", "funcref", null],
    ["qpsmtpd:guard:global:6", "externref", null],
  ]);
  const [table] = facts.tables;
  assert.equal((guest[table?.name ?? ""] as { readonly length: number }).length, 3);
});

const factRows: readonly (readonly [instruction: string, changesTables: boolean, dropsSegments: boolean])[] = [
  ["(drop (table.get $t (i32.const 0)))", false, false],
  ["(drop (table.size $t))", false, false],
  ["(table.set $t (i32.const 0) (ref.null func))", true, false],
  ["(drop (table.grow $t (ref.null func) (i32.const 0)))", true, false],
  ["(table.fill $t (i32.const 0) (ref.null func) (i32.const 0))", true, false],
  ["(table.copy $t $t (i32.const 0) (i32.const 0) (i32.const 0))", true, false],
  ["(table.init $t $e (i32.const 0) (i32.const 0) (i32.const 0))", true, false],
  ["(memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))", false, false],
  ["(data.drop $d)", false, true],
  ["(elem.drop $e)", false, true],
];

for (const [instruction, changesTables, dropsSegments] of factRows) {
  test(`the host is told what a restore must undo: ${instruction}`, () => {
    const { facts } = guardedOf(assemble(`(module (memory 1) (table $t 1 funcref) (elem $e func) (data $d "")
      (func ${instruction}))`));
    assert.deepEqual([facts.changesTables, facts.dropsSegments], [changesTables, dropsSegments]);
  });
}

test("imports of WASI are renamed, and tick is the last import", () => {
  const { wasm } = guardedOf(
    assemble(`(module (import "wasi_snapshot_preview1" "fd_write" (func)) (import "a" "b" (func)))`),
  );
  const { Module } = webAssembly as unknown as {
    readonly Module: {
      new (wasm: Uint8Array): object;
      imports(module: object): readonly { module: string; name: string }[];
    };
  };
  const imports = Module.imports(new Module(wasm)).map(({ module, name }) => `${module} ${name}`);
  assert.deepEqual(imports, ["qpsmtpd:wasi fd_write", "a b", "qpsmtpd:guard tick"]);
});

test("of custom sections only the manifest is kept", () => {
  const plain = assemble("(module)");
  const wasm = withSection(withSection(plain, "name", Uint8Array.of(9)), "qpsmtpd.plugin", Uint8Array.of(1, 2, 3));
  const { wasm: guarded } = guardedOf(wasm);
  assert.deepEqual(readCustomSection(guarded, "qpsmtpd.plugin"), { kind: "found", bytes: Uint8Array.of(1, 2, 3) });
  assert.equal(readCustomSection(guarded, "name").kind, "absent");
});

test("functions are found again behind the added import: calls, tables, exports, references", () => {
  const guest = new Metered(
    assemble(`(module
    (import "host" "host" (func $host))
    (type $n (func (result i32)))
    (table $t 4 funcref)
    (elem (i32.const 0) $one $two)
    (elem $more funcref (ref.func $three) (ref.null func))
    (elem declare func $two)
    (global $r funcref (ref.func $one))
    (func $one (export "one") (result i32) (i32.const 1))
    (func $two (result i32) (i32.const 2))
    (func $three (result i32) (i32.const 3))
    (func (export "indirect") (param i32) (result i32)
      (table.init $t $more (i32.const 2) (i32.const 0) (i32.const 1))
      (call_indirect $t (type $n) (local.get 0)))
    (func (export "reference") (result i32)
      (table.set $t (i32.const 3) (ref.func $two)) (call_indirect $t (type $n) (i32.const 3)))
    (func (export "global") (result i32)
      (table.set $t (i32.const 3) (global.get $r)) (call_indirect $t (type $n) (i32.const 3)))
    (func (export "direct") (result i32) (call $host) (call $three)))`),
    { host: { host: (): void => {} } },
  );
  const results = [["one"], ["indirect", 0], ["indirect", 1], ["indirect", 2], ["reference"], ["global"], ["direct"]]
    .map(([name, ...values]) => call(guest.exports, String(name), ...values));
  assert.deepEqual(results, [1, 1, 2, 3, 2, 1, 3]);
});

test("a module as compilers make it is rewritten within its time and size", () => {
  const wasm = new Uint8Array(readFileSync(new URL("../../../sdk/typescript/core/core.wasm", import.meta.url)));
  guardedOf(wasm);
  const perMegabyte = workTime(() => void guardedOf(wasm)) / (wasm.length / 1e6);
  const { wasm: guarded } = guardedOf(wasm);
  // 10 to 20 on an idle machine, validation by the runtime included; the bound is for busy ones.
  assert.ok(perMegabyte < 400, `${perMegabyte.toFixed(0)} ms for a megabyte`);
  assert.ok(guarded.length < wasm.length * 1.4, `${wasm.length} octets became ${guarded.length}`);
});
