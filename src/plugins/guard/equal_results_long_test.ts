// A guarded module does what it did before: results, traps, memory and globals, for modules made out of seeds.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  assemble,
  call,
  type GuestExports,
  instantiate,
  memoryOf,
  Metered,
  outcome,
  webAssembly,
} from "../../../test/support/guarded.ts";
import { randomModule } from "../../../test/support/random_module.ts";
import type { GuardFacts } from "./guard.ts";

const seeds = 150;

test(`${seeds} random modules end alike before and after, and leave the same memory and globals`, () => {
  let trapped = 0;
  let answered = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const wasm = assemble(randomModule(seed));
    assert.ok(webAssembly.validate(wasm), `seed ${seed} makes no valid module`);
    const plain = instantiate(wasm);
    const guarded = new Metered(wasm);
    for (let index = 0; index < 6; index++) {
      const run = (exports: GuestExports) => (): unknown => call(exports, `f${index}`, seed * 77, index - 3);
      const expected = outcome(run(plain));
      assert.deepEqual(outcome(run(guarded.exports)), expected, `seed ${seed}, f${index}`);
      assert.deepEqual(state(guarded.exports, guarded.facts), state(plain), `state after seed ${seed}, f${index}`);
      if (expected === "trap") trapped += 1;
      else answered += 1;
    }
    assert.ok(guarded.used > 0, `seed ${seed} used no fuel`);
  }
  // Otherwise the modules have become too dull to prove anything.
  assert.ok(trapped > 10 && answered > 250, `${trapped} trapped, ${answered} answered`);
});

test("the same calls cost the same fuel in every instance", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const wasm = assemble(randomModule(seed));
    const [one, other] = [1, 2].map(() => {
      const guest = new Metered(wasm);
      outcome(() => call(guest.exports, "f5", 1, 2));
      return guest.used;
    });
    assert.equal(one, other, `seed ${seed}`);
  }
});

function state(exports: GuestExports, facts?: GuardFacts): unknown {
  const memory = memoryOf(exports, facts);
  const global = (name: string): unknown => (exports[name] as { readonly value: unknown }).value;
  const digest = createHash("sha256").update(memory).digest("hex");
  return { pages: memory.length / 65_536, digest, g: global("g"), h: global("h") };
}
