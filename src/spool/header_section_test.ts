// Where the header section ends, what its fields are, and that no octet is lost.

import assert from "node:assert/strict";
import test from "node:test";
import { findHeaderEnd, formatHeaderSection, HeaderEndFinder, parseHeaderSection } from "./header_section.ts";

function bytes(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

const ends: readonly (readonly [content: string, end: number])[] = [
  ["", 0],
  ["\r\n", 2],
  ["\r\n\r\n", 2],
  ["\r\nbody\r\n", 2],
  ["A: b\r\n\r\nbody\r\n", 8],
  ["A: b\r\n\r\n\r\n\r\n", 8],
  ["A: b\r\n", 6],
  ["A: b\r\n \r\n\r\n", 11],
  ["A: \n\n\r\r b\r\n\r\nx", 13],
];

for (const [content, end] of ends) {
  test(`the body of ${JSON.stringify(content)} begins at ${end}, however the content is cut`, () => {
    assert.equal(findHeaderEnd(bytes(content)), end);
    for (let first = 0; first <= content.length; first++) {
      for (let second = first; second <= content.length; second++) {
        const finder = new HeaderEndFinder();
        const pieces = [content.slice(0, first), content.slice(first, second), content.slice(second)];
        let found: number | undefined;
        for (const piece of pieces) found ??= finder.push(bytes(piece));
        assert.equal(found ?? content.length, end, `cut at ${first} and ${second}`);
      }
    }
  });
}

const sections: readonly (readonly [section: string, fields: readonly (readonly [name: string, value: string])[]])[] = [
  ["", []],
  ["\r\n", []],
  ["Subject: hello\r\n\r\n", [["Subject", "hello"]]],
  ["A:b\r\nA: c \r\n", [["A", "b"], ["A", "c"]]],
  ["Subject: one\r\n\ttwo\r\n  three\r\n", [["Subject", "one\ttwo  three"]]],
  ["Subject:\r\n folded at once\r\n", [["Subject", "folded at once"]]],
  ["Old : white space before the colon\r\n", [["Old", "white space before the colon"]]],
  ["Empty:\r\n", [["Empty", ""]]],
  ["no field\r\n continued\r\nA: b\r\n", [["", ""], ["A", "b"]]],
  [" first line continues nothing\r\nA: b\r\n", [["", ""], ["A", "b"]]],
  [": no name\r\nb\xe4d: name\r\n", [["", ""], ["", ""]]],
  ["U: gr\xc3\xbc\xc3\x9fe\r\n", [["U", "grüße"]]],
  ["L: gr\xfc\xdfe\r\n", [["L", "gr��e"]]],
  ["Bare: a\rb\nc\r\n", [["Bare", "a\rb\nc"]]],
];

for (const [section, fields] of sections) {
  test(`${JSON.stringify(section)} has these fields, and is the same octets again`, () => {
    const parsed = parseHeaderSection(bytes(section));
    assert.deepEqual(parsed.map(({ name, value }) => [name, value]), fields);
    const blank = section === "\r\n" || section.endsWith("\r\n\r\n") ? "\r\n" : "";
    assert.deepEqual(Buffer.concat([formatHeaderSection(parsed), Buffer.from(blank)]), bytes(section));
  });
}
