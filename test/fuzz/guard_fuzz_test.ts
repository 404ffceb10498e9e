// A bounded part of the guard's fuzzing, from the same seeds at every run.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { fuzz, type FuzzCounts } from "./guard_fuzz.ts";

test("20,000 spoilt modules: the guard never throws, and never makes an invalid module of a valid one", () => {
  const counts: FuzzCounts = { mutants: 0, guarded: 0, valid: 0, slowest: 0 };
  const finding = fuzz(1, 20_000, counts);
  if (finding !== undefined) assert.fail(`${finding.what}: ${Buffer.from(finding.mutant).toString("hex")}`);
  assert.equal(counts.mutants, 20_000);
  // Otherwise the mutants have become too wild to reach anything behind the first section.
  assert.ok(counts.valid > 500, `${counts.valid} mutants were valid`);
  assert.ok(counts.slowest < 1000, `one took ${counts.slowest} ms`);
});
