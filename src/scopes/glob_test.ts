// Globs against texts, and globs against globs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { workTime } from "../../test/support/own_time.ts";
import { globCovers } from "./glob.ts";

const rows: readonly (readonly [glob: string, text: string, covers: boolean])[] = [
  ["abc", "abc", true],
  ["abc", "abcd", false],
  ["abc", "ABC", false],
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["*", "a/b", true],
  ["*", "*", true],
  ["a*", "a", true],
  ["a*", "ba", false],
  ["*a", "ba", true],
  ["*a", "ab", false],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["ab*ba", "aba", false],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-c-b", false],
  ["*b*", "abc", true],
  ["*b*b*", "abc", false],
  ["a*bc*c", "abc", false],
  ["a.c", "abc", false],
  ["[ab]", "a", false],
  // A star that is needed is covered by a star that is granted, and by nothing else.
  ["a*", "a*", true],
  ["a*", "ab*", true],
  ["ab*", "a*", false],
  ["*", "*.example", true],
  ["*.com", "*.example.com", true],
  ["*.example.com", "*.com", false],
  ["a", "*", false],
  ["a*c", "a*", false],
  ["a*c", "ab*c", true],
  ["a*b*", "a*b", true],
  ["a*b", "a*b*", false],
  ["**", "*", true],
];

for (const [glob, text, covers] of rows) {
  test(`"${glob}" ${covers ? "covers" : "does not cover"} "${text}"`, () => {
    assert.equal(globCovers(glob, text), covers);
  });
}

test("a glob covers another exactly if it matches all that the other matches", () => {
  const alphabet = ["a", "b", "*"];
  const globs = words(alphabet, 4);
  // Long enough for every counterexample, with a letter that stands in no glob.
  const texts = words(["a", "b", "c"], 5);
  for (const wide of globs) {
    const matched = texts.map((text) => globCovers(wide, text));
    for (const narrow of globs) {
      const isSubset = texts.every((text, i) => matched[i] === true || !globCovers(narrow, text));
      if (globCovers(wide, narrow) !== isSubset) assert.equal(globCovers(wide, narrow), isSubset, `${wide} ${narrow}`);
    }
  }
});

test("matching agrees with a regular expression", () => {
  for (const glob of words(["a", "b", "*"], 4)) {
    const oracle = new RegExp(`^${glob.replaceAll("*", ".*")}$`);
    for (const text of words(["a", "b"], 5)) assert.equal(globCovers(glob, text), oracle.test(text), `${glob} ${text}`);
  }
});

test("a hostile glob and a long text take no time", () => {
  const took = workTime(() => assert.equal(globCovers(`${"*a".repeat(140)}*b`, "a".repeat(100_000)), false));
  assert.ok(took < 200, `${took} ms`);
});

/** All words up to a length. */
function words(alphabet: readonly string[], longest: number): readonly string[] {
  let layer = [""];
  const all = [""];
  for (let length = 1; length <= longest; length++) {
    layer = layer.flatMap((word) => alphabet.map((letter) => word + letter));
    all.push(...layer);
  }
  return all;
}
