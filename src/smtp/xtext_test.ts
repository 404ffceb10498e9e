// xtext both ways, and what is none.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { decodeXtext, encodeXtext } from "./xtext.ts";

const rows: readonly (readonly [text: string, encoded: string])[] = [
  ["", ""],
  ["QQ314159", "QQ314159"],
  ["a=b", "a+3Db"],
  ["a+b", "a+2Bb"],
  ["two words", "two+20words"],
  ['!~<>\\"', '!~<>\\"'],
  ["\r\n\0\x7f", "+0D+0A+00+7F"],
  ["Zoë", "Zo+C3+AB"],
  ["\u{1f600}", "+F0+9F+98+80"],
  ["\ufeffx", "+EF+BB+BFx"],
];

for (const [text, encoded] of rows) {
  test(`${JSON.stringify(text)} is ${encoded || "nothing"} in xtext`, () => {
    equal(encodeXtext(text), encoded);
    equal(decodeXtext(encoded), text);
  });
}

test("what needs no encoding may be encoded", () => equal(decodeXtext("+41+42C"), "ABC"));

for (
  const value of ["+", "+4", "a+", "+3d", "+G0", "a=b", "a b", "a\tb", "\u00e9", "a\r\n", "+C3", "+FF", "+ED+A0+80"]
) {
  test(`${JSON.stringify(value)} is no xtext`, () => equal(decodeXtext(value), undefined));
}
