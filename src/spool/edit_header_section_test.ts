// Edits of the header section.

import assert from "node:assert/strict";
import test from "node:test";
import type { Edit } from "../../sdk/contract/verdict.ts";
import { editHeaderSection, formatField } from "./edit_header_section.ts";
import { formatHeaderSection, parseField, parseHeaderSection } from "./header_section.ts";

const odd = "A: 1\r\nno field\r\na :2\r\n\tfolded\r\nB: \xff\r\n";

function edited(section: string, ...edits: readonly Edit[]): string {
  const fields = editHeaderSection(parseHeaderSection(Buffer.from(section, "latin1")), edits);
  return Buffer.from(formatHeaderSection(fields)).toString("latin1");
}

const rows: readonly (readonly [title: string, edits: readonly Edit[], section: string])[] = [
  ["nothing asked changes nothing", [], odd],
  ["edits of the envelope change nothing", [{ edit: "changeReversePath", reversePath: null }], odd],
  ["what is added stands on top", [{ edit: "addHeader", name: "C", value: "3" }], `C: 3\r\n${odd}`],
  [
    "what is added last stands highest",
    [{ edit: "addHeader", name: "C", value: "3" }, { edit: "addHeader", name: "D", value: "4" }],
    `D: 4\r\nC: 3\r\n${odd}`,
  ],
  ["UTF-8 in a value stays UTF-8", [{ edit: "addHeader", name: "C", value: "ü" }], `C: \xc3\xbc\r\n${odd}`],
  [
    "every field of a name is removed, in any case",
    [{ edit: "removeHeader", name: "A" }],
    "no field\r\nB: \xff\r\n",
  ],
  [
    "the second of a name is removed",
    [{ edit: "removeHeader", name: "a", nth: 2 }],
    "A: 1\r\nno field\r\nB: \xff\r\n",
  ],
  ["the third of two is nothing", [{ edit: "removeHeader", name: "a", nth: 3 }], odd],
  ["a line that is no field cannot be removed", [{ edit: "removeHeader", name: "no field" }], odd],
  [
    "the topmost is replaced in its place",
    [{ edit: "replaceHeader", name: "a", value: "9" }],
    odd.replace("A: 1", "a: 9"),
  ],
  [
    "the second is replaced with its folding",
    [{ edit: "replaceHeader", name: "A", value: "9", nth: 2 }],
    odd.replace("a :2\r\n\tfolded", "A: 9"),
  ],
  ["what is not there is added", [{ edit: "replaceHeader", name: "C", value: "3" }], `C: 3\r\n${odd}`],
  [
    "edits see what earlier ones did",
    [{ edit: "addHeader", name: "C", value: "3" }, { edit: "removeHeader", name: "c" }],
    odd,
  ],
];

for (const [title, edits, section] of rows) {
  test(title, () => assert.equal(edited(odd, ...edits), section));
}

test("a field is added to an empty header section", () => {
  assert.equal(edited("\r\n", { edit: "addHeader", name: "C", value: "3" }), "C: 3\r\n");
});

const values: readonly (readonly [title: string, value: string, lines: number])[] = [
  ["short", "short", 1],
  ["empty", "", 1],
  ["many words", "word ".repeat(500).trim(), 34],
  ["runs of white space", `a${" ".repeat(100)}b`, 2],
  ["one word of 900 octets", "x".repeat(900), 1],
  ["UTF-8 words", "grüße ".repeat(100).trim(), 12],
];

for (const [title, value, lines] of values) {
  test(`a folded value is the same value: ${title}`, () => {
    const { raw } = formatField("X-Name", value);
    assert.equal(parseField(raw).value, value);
    const folded = raw.slice(0, -2).split("\r\n");
    assert.equal(folded.length, lines);
    assert.ok(folded.every((line, index) => line.length <= 998 && (index === 0 || /^[ \t]+[^ \t]/.test(line))));
  });
}

test("a word longer than a line may be is cut between characters. RFC 5322 §2.1.1", () => {
  const { raw } = formatField("X", "ü".repeat(2000));
  const lines = raw.slice(0, -2).split("\r\n");
  assert.ok(lines.length > 1 && lines.every((line) => line.length <= 998));
  assert.equal(parseField(raw).value.replaceAll(" ", ""), "ü".repeat(2000));
});

test("no name and no value can end the field", () => {
  for (const name of ["", "a b", "a:", "a\r\n", "ä", "x".repeat(201)]) {
    assert.throws(() => formatField(name, "v"), TypeError);
  }
  for (const value of ["a\r\nB: c", "a\n", "\r", "\0"]) assert.throws(() => formatField("A", value), TypeError);
});
