// How many deeds a bucket lets pass, to the last one, whatever its interval is a fraction of.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "#sdk";
import { take } from "./bucket.ts";
import type { Limit } from "./limit.ts";

const now = Date.UTC(2026, 0, 1) + 123;

function limit(count: number, unit: number, burst: number): Limit {
  return { key: "address", at: "connect", rate: "", interval: unit / count, burst };
}

const limits: readonly Limit[] = [
  limit(1, 1000, 1),
  limit(3, 1000, 3),
  limit(7, 1000, 7),
  limit(7, 60_000, 1000),
  limit(11, 3_600_000, 99),
  limit(999, 1000, 1000),
  limit(13, 86_400_000, 20_000),
];
for (const each of limits) {
  test(`a burst of ${each.burst} at intervals of ${each.interval} ms is neither more nor less`, () => {
    let entry: Json | undefined;
    let taken = 0;
    for (;; taken++) {
      const { ending, write } = take(now, entry, each);
      if (ending === "empty") break;
      entry = write?.value;
    }
    assert.equal(taken, each.burst);
    assert.equal(take(now + each.interval * 0.4, entry, each).ending, "empty");
    assert.equal(take(now + each.interval, entry, each).ending, "taken");
  });
}

test("a bucket that has been full for a while holds no more than when it became so", () => {
  assert.deepEqual(take(now, now - 900, limit(1, 1000, 1)).write, { value: now + 1000, expires: 1 });
});

test("what is no time is a full bucket", () => {
  for (const entry of [undefined, null, "x", {}]) {
    assert.deepEqual(take(now, entry, limit(1, 60_000, 5)).write, { value: now + 60_000, expires: 60 });
  }
});

test("an entry is kept as long as the store keeps any, and no longer", () => {
  assert.equal(take(now, undefined, limit(1, 1e15, 1)).write?.expires, 315_576_000);
  assert.equal(take(now, undefined, limit(1, 0.001, 1)).write?.expires, 1);
});
