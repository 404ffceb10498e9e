// RFC 2047 for words with other characters than ASCII.

import assert from "node:assert/strict";
import { test } from "node:test";
import { workTime } from "../../test/support/own_time.ts";
import { encodeWords } from "./encode_words.ts";

const rows: readonly (readonly [text: string, encoded: string])[] = [
  ["", ""],
  ["all  ASCII ", "all  ASCII "],
  ["a ü b", "a =?utf-8?B?w7w=?= b"],
  ["ü", "=?utf-8?B?w7w=?="],
  ["ü ß x", "=?utf-8?B?w7wgw58=?= x"],
  ["x ü\tß", "x =?utf-8?B?w7wJw58=?="],
];

for (const [text, encoded] of rows) {
  test(`${JSON.stringify(text)} is written ${encoded}`, () => assert.equal(encodeWords(text), encoded));
}

test("no encoded word is longer than 75 characters or divides a character. RFC 2047 §2, §5", () => {
  for (const text of ["ü".repeat(500), "\u{1f4e7}".repeat(99), "日本 ".repeat(200).trim()]) {
    const words = encodeWords(text).split(" ");
    assert.ok(words.length > 1 && words.every((word) => word.length <= 75));
    const decoded = words.map((word) => {
      return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(word.slice(10, -2), "base64"));
    });
    assert.equal(decoded.join(""), text);
  }
});

test("8,000 characters are encoded at once", () => {
  const took = workTime(() => {
    for (const text of [`${"x".repeat(7999)}ü`, "ü ".repeat(4000), "x ".repeat(3999) + "ü"]) encodeWords(text);
  });
  assert.ok(took < 1000, `${took} ms`);
});
