// Plugins that mean harm, on every runtime: each is stopped in time, and nobody else notices.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { everyAttack } from "../adversary/every_attack.ts";
import type { Measured } from "../adversary/measured.ts";
import { type Ran, runOn } from "../adversary/run_on.ts";
import { lacking } from "../support/programs.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";

/** Of some 250 rows: each was tried five times, and still the machine may have been busy with something else. */
const mostDoubtful = 8;

/** The same in a server that meets them all, one after the other. */
const mostDoubtfulAtFirst = 24;

const withoutC = lacking("clang", "wasm-ld");

for (const { name } of runtimes) {
  describe(`adversaries on ${name}`, () => {
    let first: Ran;
    let ran: Ran;
    before(async () => {
      first = await runOn(name, withoutC === false ? [] : ["--without-c"]);
      ran = await triedAgain(name, first);
    });

    test("the server outlives them all", () => {
      assert.deepEqual(ran.broke, []);
    });

    test("in all but a few rows nobody waited longer, and no more memory was kept, than is allowed", (context) => {
      const doubtful = ran.rows.filter((row) => row.doubtful.length > 0);
      const told = doubtful.map((row) => `${row.name}: ${row.doubtful.join("; ")}`);
      for (const line of told) context.diagnostic(line);
      assert.ok(doubtful.length <= mostDoubtful, told.join("\n"));
      const atFirst = first.rows.filter((row) => row.doubtful.length > 0);
      assert.ok(atFirst.length <= mostDoubtfulAtFirst, `${atFirst.length} at first`);
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

/**
 * A server that has met two hundred adversaries is not what anybody runs, and a machine pauses: those in doubt meet one of
 * their own. What they did wrong stays wrong.
 */
async function triedAgain(runtime: Runtime["name"], first: Ran): Promise<Ran> {
  const inDoubt = first.rows.filter((row) => row.doubtful.length > 0);
  if (inDoubt.length === 0) return first;
  const second = await runOn(runtime, inDoubt.map((row) => row.name));
  const rows = first.rows.map((row): Measured => {
    const again = second.rows.find((other) => other.name === row.name);
    return again === undefined ? row : { ...again, problems: [...row.problems, ...again.problems] };
  });
  return { rows, broke: [...first.broke, ...second.broke] };
}
