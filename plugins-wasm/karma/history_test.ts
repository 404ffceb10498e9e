// What is remembered, for how long, and under whose domain.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adding, type History, keepFor, readHistory } from "./history.ts";
import { organizationalDomain } from "./naming.ts";

const day = 86_400;
const terms = { negative: 1, penalty: day * 1000, halfLife: 30 * day * 1000 };
const nothing: History = { nice: 0, naughty: 0, at: 0 };

const lengths: readonly (readonly [title: string, history: History, days: number])[] = [
  ["one session is kept until it counts half", { nice: 1, naughty: 0, at: 0 }, 30],
  ["eight until all count half", { nice: 0, naughty: 8, at: 0 }, 120],
  ["a penalty to its end", { nice: 0, naughty: 1, at: 0, until: 40 * day * 1000 }, 40],
  ["a hundred too", { nice: 100, naughty: 0, at: 0 }, 30 * Math.log2(200)],
];
for (const [title, history, days] of lengths) {
  test(title, () => assert.equal(keepFor(history, 0, terms), Math.ceil(days * day)));
}

test("what never decays is kept a year, and what is of no use a second", () => {
  assert.equal(keepFor({ ...nothing, nice: 5 }, 0, { ...terms, halfLife: Infinity }), 365 * day);
  assert.equal(keepFor(nothing, 0, terms), 1);
});

test("a clock that was put back neither decays nor grows what is remembered", () => {
  assert.equal(adding("nice", { nice: 1, naughty: 0, at: 1e9 }, 0, terms).nice, 2);
});

test("a short penalty does not end a long one", () => {
  const until = 9 * day * 1000;
  assert.equal(adding("naughty", { nice: 1, naughty: 5, at: 0, until }, 0, terms).until, until);
});

const owners: readonly (readonly [name: string, domain: string | undefined])[] = [
  ["mail.example.org", "example.org"],
  ["a.b.c.Example.ORG.", "example.org"],
  ["example.org", "example.org"],
  ["mail.example.co.uk", "example.co.uk"],
  ["example.com.br", "example.com.br"],
  ["com.br", undefined],
  ["mail.co.example", "co.example"],
  ["org", undefined],
  ["", undefined],
  ["..", undefined],
];
test("whose domain a name is in", () => {
  for (const [name, domain] of owners) assert.equal(organizationalDomain(name), domain, name);
  assert.ok((organizationalDomain(`x.${"y".repeat(1000)}.example`) ?? "").length < 200);
});

test("what is no history is none", () => {
  for (const entry of [undefined, null, 1, "x", [], {}, { nice: 1 }, { nice: 1, naughty: "x", at: 0 }]) {
    assert.deepEqual(readHistory(entry, 0), nothing);
  }
});
