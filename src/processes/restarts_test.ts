// Growing delays, and an end to hopeless restarts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { afterDeath } from "./restarts.ts";

const rows: readonly (readonly [title: string, times: readonly number[], last: object])[] = [
  ["the first", [0], { kind: "replace", after: 100 }],
  ["the second", [0, 1000], { kind: "replace", after: 200 }],
  ["the fourth", [0, 1, 2, 3], { kind: "replace", after: 800 }],
  ["the fifth within a minute", [0, 1, 2, 3, 59_999], { kind: "giveUp" }],
  ["the fifth in more than a minute", [0, 1, 2, 3, 60_000], { kind: "replace", after: 800 }],
  ["one an hour for a day", Array.from({ length: 24 }, (_, hour) => hour * 3_600_000), { kind: "replace", after: 100 }],
];

for (const [title, times, last] of rows) {
  test(`${title} death`, () => {
    const end = times.reduce((before, time) => afterDeath(before.deaths, time), afterDeath([], -Infinity));
    assert.deepEqual(end.next, last);
  });
}
