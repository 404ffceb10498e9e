// A day of the server: every kind of client comes, on each runtime, and hears and gets what its row says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { runtimes } from "../../support/runtimes.ts";
import { allKinds } from "./all_kinds.ts";
import { dayText } from "./day_table.ts";
import { type Day, playDay } from "./play_day.ts";

test("DAY.md is what the rows say: node test/end_to_end/day/write_day.ts writes it", () => {
  assert.equal(readFileSync(new URL("DAY.md", import.meta.url), "utf8"), dayText());
});

test("there are at least 30 kinds of client, each with its own name and address", () => {
  assert.ok(allKinds.length >= 30);
  assert.equal(new Set(allKinds.map(({ kind }) => kind)).size, allKinds.length);
  assert.equal(new Set(allKinds.map(({ address }) => address)).size, allKinds.length);
});

for (const runtime of runtimes) {
  for (const isAllOn of [false, true]) {
    describe(`a day on ${runtime.name}, ${isAllOn ? "all that the file offers switched on" : "as shipped"}`, () => {
      let day: Day;
      before(async () => {
        day = await playDay(runtime, isAllOn);
      });

      for (const { kind } of allKinds) {
        test(kind, () => {
          const outcome = day.outcomes.find((each) => each.kind.kind === kind);
          assert.deepEqual(outcome?.problems, []);
        });
      }

      test("nothing arrives that nobody was promised, no plugin fails, and the server ends well", () => {
        assert.deepEqual(day.problems, []);
      });
    });
  }
}
