// Whatever a guest changes in its memory is noted, so that what one call left is never seen by the next.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assemble,
  call,
  guardedOf,
  type GuestExports,
  instantiate,
  Metered,
  outcome,
  quantum,
} from "../../test/support/guarded.ts";
import { randomModule } from "../../test/support/random_module.ts";
import { blockOctets, mostPages, notesOctets } from "./guard/touch_code.ts";
import { GuestSpace } from "./guest_space.ts";
import { Touched } from "./touched.ts";
import type { GuardFacts } from "./guard/guard.ts";
import type { GuestMemory } from "./web_assembly.ts";

const page = 65_536;

/** A guest whose `run(place, count)` is `code`, its memory full of 0x55, and what it notes. */
function guestOf(
  code: string,
): {
  readonly run: (...values: number[]) => unknown;
  readonly octets: Uint8Array;
  readonly notes: Uint8Array;
  readonly touched: Touched;
} {
  const { wasm, facts } = guardedOf(assemble(`(module (memory 1) (data $source "0123456789abcdef")
    (func (export "run") (param i32 i32) ${code}))`));
  const exports = instantiate(wasm, { "qpsmtpd:guard": { tick: () => quantum } });
  const space = spaceOf(exports, facts);
  const { octets } = space;
  octets.fill(0x55);
  const run = (...values: number[]): unknown => outcome(() => call(exports, "run", ...values));
  return { run, octets, notes: space.notes(space.start), touched: new Touched(space) };
}

function spaceOf(exports: GuestExports, { memory }: GuardFacts): GuestSpace {
  return new GuestSpace(exports[memory?.name ?? ""] as GuestMemory, memory?.notes ?? 0);
}

const vector = "(v128.const i32x4 -1 -1 -1 -1)";
const stores: readonly (readonly [code: string, octets: number])[] = [
  ...[["i32.store", 4], ["i32.store8", 1], ["i32.store16", 2]].map(([name, octets]) =>
    [`(${name} (local.get 0) (i32.const -1))`, Number(octets)] as const
  ),
  ...[["i64.store", 8], ["i64.store8", 1], ["i64.store16", 2], ["i64.store32", 4]].map(([name, octets]) =>
    [`(${name} (local.get 0) (i64.const -1))`, Number(octets)] as const
  ),
  ["(f32.store (local.get 0) (f32.const 1.5))", 4],
  ["(f64.store (local.get 0) (f64.const 1.5))", 8],
  [`(v128.store (local.get 0) ${vector})`, 16],
  ...[8, 16, 32, 64].map((bits) => [`(v128.store${bits}_lane 1 (local.get 0) ${vector})`, bits / 8] as const),
  ["(i32.store offset=300 (i32.sub (local.get 0) (i32.const 300)) (i32.const -1))", 4],
  ["(i64.store offset=5000 (i32.sub (local.get 0) (i32.const 5000)) (i64.const -1))", 8],
];

for (const [code, octets] of stores) {
  test(`what ${code} changes is undone, on both sides of a block's border`, () => {
    const { run, octets: memory, touched } = guestOf(code);
    const image = memory.slice();
    for (const border of [blockOctets, 100 * blockOctets, page]) {
      for (let place = border - octets; place < Math.min(border + 1, page - octets + 1); place++) {
        // The sum of address and offset does not wrap around.
        const wraps = place < Number(/offset=(\d+)/.exec(code)?.[1] ?? 0);
        assert.equal(run(place, 0), wraps ? "trap" : undefined, `at ${place}`);
        if (!wraps) assert.notDeepEqual(memory, image, `nothing was stored at ${place}`);
        touched.restore(memory, image);
        assert.deepEqual(memory, image, `at ${place}`);
      }
    }
  });
}

const bulk: readonly string[] = [
  "(memory.fill (local.get 0) (i32.const 1) (local.get 1))",
  "(memory.copy (local.get 0) (i32.const 100) (local.get 1))",
  "(memory.copy (local.get 0) (i32.const 60000) (local.get 1))",
  "(memory.init $source (local.get 0) (i32.const 0) (i32.and (local.get 1) (i32.const 15)))",
];

for (const code of bulk) {
  test(`what ${code} changes is undone, and no length is noted outside the memory`, () => {
    const { run, octets: memory, touched } = guestOf(code);
    for (let i = 0; i < memory.length; i++) memory[i] = (i * 31) >>> 3;
    const image = memory.slice();
    const places = [0, 1, blockOctets - 1, blockOctets, 5 * blockOctets + 7, 40_000, page - 1, page, -1];
    for (const place of places) {
      for (const count of [0, 1, 15, blockOctets, blockOctets + 1, 5000, 0x7fff_ffff, -1, -1024]) {
        run(place, count);
        touched.restore(memory, image);
        assert.deepEqual(memory, image, `${count} octets at ${place}`);
      }
    }
  });
}

test("what the host writes is noted", () => {
  const { octets: memory, touched } = guestOf("");
  const image = memory.slice();
  for (
    const [at, count] of [[0, 1], [blockOctets - 1, 2], [3 * blockOctets, blockOctets], [page - 1, 1], [9, 0]] as const
  ) {
    touched.note(at, count);
    memory.fill(1, at, at + count);
    touched.restore(memory, image);
    assert.deepEqual(memory, image, `${count} octets at ${at}`);
  }
});

const accesses: readonly (readonly [octets: number, code: (offset: number) => string])[] = [
  [1, (offset) => `(i32.store8 offset=${offset} (local.get 0) (i32.const 0))`],
  [8, (offset) => `(i64.store offset=${offset} (local.get 0) (i64.const 0))`],
  [1, (offset) => `(drop (i32.load8_u offset=${offset} (local.get 0)))`],
  [16, (offset) => `(v128.store offset=${offset} (local.get 0) (v128.const i64x2 0 0))`],
  [4, (offset) => `(v128.store32_lane offset=${offset} 1 (local.get 0) (v128.const i64x2 0 0))`],
  [2, (offset) => `(drop (v128.load16_lane offset=${offset} 1 (local.get 0) (v128.const i64x2 0 0)))`],
  [16, () => "(memory.fill (local.get 0) (i32.const 0) (i32.const 16))"],
  [16, () => "(memory.copy (local.get 0) (i32.const 0) (i32.const 16))"],
  [16, () => "(memory.copy (i32.const 0) (local.get 0) (i32.const 16))"],
  [16, () => "(memory.init $source (local.get 0) (i32.const 0) (i32.const 16))"],
];

for (const [octets, code] of accesses) {
  test(`no address reaches the notes: ${code(0)}`, () => {
    for (const offset of [0, 1, 65_535, 65_536, 300_000, 2 ** 31, 2 ** 32 - 262_144, 2 ** 32 - 1]) {
      const { run, notes } = guestOf(code(offset));
      const written = code(offset).includes("offset") ? offset : 0;
      for (
        const address of [
          0,
          1,
          65_535,
          65_536,
          2 ** 31,
          ...[1, 16, 65_536, 262_143, 262_144].map((at) => 2 ** 32 - at),
        ]
      ) {
        notes.fill(2);
        const isInside = address + written + octets <= page;
        assert.equal(run(address, 0), isInside ? undefined : "trap", `at ${address} with ${offset}`);
        assert.ok(notes.every((note) => note === 1 || note === 2), `at ${address} with ${offset}`);
      }
    }
  });
}

test("what random modules leave is undone", () => {
  let changed = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const guest = new Metered(assemble(randomModule(seed)));
    const memory = spaceOf(guest.exports, guest.facts);
    const touched = new Touched(memory);
    for (let index = 0; index < 6; index++) {
      const before = memory.octets.slice();
      touched.clear();
      outcome(() => call(guest.exports, `f${index}`, seed * 77, index - 3));
      const now = memory.octets;
      // Who grew is not restored.
      if (now.length !== before.length) continue;
      if (now.some((octet, at) => octet !== before[at])) changed++;
      touched.restore(now, before);
      assert.deepEqual(now, before, `seed ${seed}, f${index}`);
    }
  }
  assert.ok(changed > 50, `only ${changed} changed anything`);
});

test("the notes reach as far as the memory can grow", () => {
  for (const pages of [1, 255, 256, 257, 512, mostPages]) {
    assert.ok(notesOctets(pages) * blockOctets >= pages * page, `${pages} pages`);
    assert.ok(notesOctets(pages) + pages * page < 2 ** 32, `${pages} pages with their notes`);
  }
  const { wasm } = guardedOf(assemble(`(module (memory 1 700) (func (export "last") (result i32)
    (drop (memory.grow (i32.const 699))) (i32.store (i32.const 45875196) (i32.const 7)) (i32.load (i32.const 45875196))))`));
  assert.equal(call(instantiate(wasm, { "qpsmtpd:guard": { tick: () => quantum } }), "last"), 7);
});
