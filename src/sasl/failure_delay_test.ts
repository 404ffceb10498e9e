import assert from "node:assert/strict";
import { test } from "node:test";
import { failureDelay } from "./failure_delay.ts";

const rows: readonly [base: number, earlier: number, expected: number][] = [
  [1000, 0, 1000],
  [1000, 1, 2000],
  [1000, 2, 4000],
  [1000, 10, 30_000],
  [1000, 5000, 30_000],
  [60_000, 0, 60_000],
  [60_000, 3, 60_000],
  [0, 5000, 0],
];

test("every failure doubles the wait, to half a minute or what the operator asked for", () => {
  for (const [base, earlier, expected] of rows) assert.equal(failureDelay(base, earlier), expected);
});
