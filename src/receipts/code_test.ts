// Codes: never twice, in order, readable back from what people make of them.

import { equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { codeMaker, newSessionCode, readCode, timeOfCode } from "./code.ts";

test("a code has the form that people and programs know", () => {
  match(newSessionCode(), /^[0-9a-hjkmnp-tv-z]{7}-[0-9a-hjkmnp-tv-z]{7}$/);
  ok(Math.abs(timeOfCode(newSessionCode()) - Date.now()) < 2000);
});

test("one process never repeats itself, though its clock stands still or goes back", () => {
  let now = 1_800_000_000_000;
  const make = codeMaker("abcdef", () => now);
  const made = new Set<string>();
  for (let count = 0; count < 40_000; count++) {
    if (count % 1000 === 0) now += [1000, -7000, 0][(count / 1000) % 3] ?? 0;
    made.add(make());
  }
  equal(made.size, 40_000);
});

test("two processes differ in the same second", () => {
  const clock = (): number => 1_800_000_000_000;
  equal(new Set(Array.from({ length: 100 }, () => codeMaker(undefined, clock)())).size, 100);
});

test("codes sort by time for a thousand years", () => {
  const times = [0, 1_800_000_000_000, 4_000_000_000_000, 30_000_000_000_000];
  const codes = times.map((time) => codeMaker("abcdef", () => time)());
  equal(codes.join(), [...codes].sort().join());
  for (const [index, time] of times.entries()) equal(timeOfCode(codes[index] ?? ""), time);
});

const typed: readonly (readonly [typed: string, code: string | undefined])[] = [
  ["1ke4z8q-7m2px40.1", "1ke4z8q-7m2px40.1"],
  ["(1ke4z8q-7m2px40.1)", "1ke4z8q-7m2px40.1"],
  [" 1KE4Z8Q 7M2PX40 ", "1ke4z8q-7m2px40"],
  ["1ke4z8q7m2px40.12.", "1ke4z8q-7m2px40.12"],
  ['"1ke4z8q-7m2px40.01"', "1ke4z8q-7m2px40.1"],
  ["lke4z8q-7m2pxAo", "1ke4z8q-7m2pxa0"],
  ["", undefined],
  ["550 5.7.1", undefined],
  ["1ke4z8q", undefined],
  ["../../etc/passwd", undefined],
  ["a".repeat(100), undefined],
];

for (const [text, code] of typed) {
  test(`${JSON.stringify(text)} is ${code ?? "no code"}`, () => equal(readCode(text), code));
}
