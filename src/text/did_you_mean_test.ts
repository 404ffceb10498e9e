import assert from "node:assert/strict";
import { test } from "node:test";
import { didYouMean, nearestWord } from "./did_you_mean.ts";

const words = ["listen", "limits", "delivery", "log", "plugin", "plugins"];

const rows: readonly (readonly [word: string, nearest: string | undefined])[] = [
  ["lsiten", "listen"],
  ["Listen", "listen"],
  ["limit", "limits"],
  ["delivry", "delivery"],
  ["plugin", "plugin"],
  ["plugns", "plugins"],
  ["lag", "log"],
  ["spool", undefined],
  ["x", undefined],
  ["", undefined],
  ["l".repeat(1_000_000), undefined],
];

test("a mistyped word is taken for the nearest, one that is far off for none", () => {
  for (const [word, nearest] of rows) assert.equal(nearestWord(word, words), nearest, word.slice(0, 20));
});

test("the question is asked only if there is a nearest word", () => {
  assert.equal(didYouMean("lsiten", words), `, did you mean "listen"?`);
  assert.equal(didYouMean("spool", words), "");
});
