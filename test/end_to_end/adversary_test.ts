// Plugins that mean harm, on every runtime: each is stopped in time, and nobody else notices.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { everyAttack } from "../adversary/every_attack.ts";
import { type Ran, runOn } from "../adversary/run_on.ts";
import { lacking } from "../support/programs.ts";
import { runtimes } from "../support/runtimes.ts";

const withoutC = lacking("clang", "wasm-ld");

for (const { name } of runtimes) {
  describe(`adversaries on ${name}`, () => {
    let ran: Ran;
    before(async () => {
      ran = await runOn(name, withoutC === false ? [] : ["--without-c"]);
    });

    test("the server outlives them all", () => {
      assert.equal(ran.broke, undefined);
    });

    for (const [family, attacks] of Object.entries(everyAttack)) {
      for (const attack of attacks) {
        const skip = family === "c" ? withoutC : false;
        test(`${attack.name}: it may try to ${attack.tries}`, { skip }, () => {
          const row = ran.rows.find((row) => row.name === attack.name);
          assert.deepEqual(row?.problems ?? ["it did not come to that"], []);
        });
      }
    }
  });
}
