// What is remembered, for how long, and how much of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AnswerCache, type CacheBounds } from "./answer_cache.ts";
import type { Answered } from "./resolver.ts";

function answer(ttl: number): Answered {
  return { kind: "answer", records: ["192.0.2.1"], ttl, rcode: "NOERROR", authenticated: false };
}

function open(bounds: Partial<CacheBounds> = {}): { cache: AnswerCache; clock: { now: number } } {
  const clock = { now: 1_000 };
  return { cache: new AnswerCache({ entries: 3, octets: 1_000_000, ...bounds }, () => clock.now), clock };
}

/** Which of the keys are there, asking from the first to the last. */
function kept(cache: AnswerCache, keys: string): string {
  return [...keys].filter((key) => cache.get(key) !== undefined).join("");
}

test("an answer is believed until its time is over, which is counted down", () => {
  const { cache, clock } = open();
  cache.put("a", answer(60), 50);
  for (const [now, left] of [[1_000, 60], [1_001, 60], [31_000, 30], [60_999, 1], [61_000, undefined]] as const) {
    clock.now = now;
    assert.equal(cache.get("a")?.ttl, left, String(now));
  }
  assert.deepEqual([cache.size, cache.octets], [0, 0]);
});

test("without a time to live nothing is remembered", () => {
  const { cache } = open();
  cache.put("a", answer(0), 50);
  assert.equal(cache.size, 0);
});

test("the answer used longest ago makes room", () => {
  const { cache } = open();
  for (const key of "abc") cache.put(key, answer(60), 50);
  assert.equal(kept(cache, "a"), "a");
  cache.put("d", answer(60), 50);
  assert.equal(kept(cache, "abcd"), "acd");
});

test("long answers make room for themselves until the octets are within their bound", () => {
  const { cache } = open({ entries: 100, octets: 2_000 });
  for (const key of "abcde") cache.put(key, answer(60), 100);
  assert.equal(cache.octets, 5 * (100 + 256));
  cache.put("f", answer(60), 1_000);
  assert.equal(kept(cache, "abcdef"), "def");
  cache.put("g", answer(60), 10_000);
  assert.deepEqual([cache.size, cache.octets], [0, 0]);
});

test("a second answer takes the place of the first", () => {
  const { cache } = open();
  cache.put("a", answer(60), 50);
  cache.put("a", answer(90), 80);
  assert.deepEqual([cache.get("a")?.ttl, cache.size, cache.octets], [90, 1, 80 + 256]);
});

test("a hundred thousand names do not grow it", () => {
  const { cache } = open({ entries: 10_000 });
  for (let i = 0; i < 100_000; i++) cache.put(`${i}`, answer(60), 20);
  assert.equal(cache.size, 1_000_000 / 276 | 0);
});
