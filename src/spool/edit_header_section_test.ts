// Edits of the header section.

import assert from "node:assert/strict";
import test from "node:test";
import type { Edit } from "../../sdk/contract/verdict.ts";
import { editHeaderSection, formatField } from "./edit_header_section.ts";
import { formatHeaderSection, parseField, parseHeaderSection } from "./header_section.ts";

const odd = "A: 1\r\nno field\r\na :2\r\n\tfolded\r\nB: \xff\r\n";

function edited(section: string, ...edits: readonly Edit[]): string {
  const fields = editHeaderSection(parseHeaderSection(Buffer.from(section, "latin1")), edits, true);
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
  ["in front of the first", [{ edit: "insertHeader", name: "C", value: "3", at: 1 }], `C: 3\r\n${odd}`],
  [
    "in front of the second, whatever lines between are no field",
    [{ edit: "insertHeader", name: "C", value: "3", at: 2 }],
    odd.replace("a :2", "C: 3\r\na :2"),
  ],
  ["behind the last", [{ edit: "insertHeader", name: "C", value: "3", at: 4 }], `${odd}C: 3\r\n`],
  ["or where nothing is", [{ edit: "insertHeader", name: "C", value: "3", at: 10_000 }], `${odd}C: 3\r\n`],
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
    const { raw } = formatField("X-Name", value, true);
    assert.equal(parseField(raw).value, value);
    const folded = raw.slice(0, -2).split("\r\n");
    assert.equal(folded.length, lines);
    assert.ok(folded.every((line, index) => line.length <= 998 && (index === 0 || /^[ \t]+[^ \t]/.test(line))));
  });
}

test("a word longer than a line may be is cut between characters. RFC 5322 §2.1.1", () => {
  const { raw } = formatField("X", "ü".repeat(2000), true);
  const lines = raw.slice(0, -2).split("\r\n");
  assert.ok(lines.length > 1 && lines.every((line) => line.length <= 998));
  assert.equal(parseField(raw).value.replaceAll(" ", ""), "ü".repeat(2000));
});

test("no name and no value can end the field", () => {
  for (const name of ["", "a b", "a:", "a\r\n", "ä", "x".repeat(201)]) {
    assert.throws(() => formatField(name, "v", true), TypeError);
  }
  for (const value of ["a\r\nB: c", "a\n", "\r", "\0"]) {
    for (const utf8 of [true, false]) assert.throws(() => formatField("A", value, utf8), TypeError);
  }
});

const makers: readonly (readonly [title: string, edit: (name: string, value: string) => Edit])[] = [
  ["addHeader", (name, value) => ({ edit: "addHeader", name, value })],
  ["insertHeader", (name, value) => ({ edit: "insertHeader", name, value, at: 2 })],
  ["replaceHeader", (name, value) => ({ edit: "replaceHeader", name, value })],
];

const hostile: readonly (readonly [name: string, value: string])[] = [
  ["A", "x\r\nBcc: y"],
  ["A", "x\r\n\r\nbody"],
  ["A", "x\ny"],
  ["A", "x\r"],
  ["A", "\0"],
  ["A\r\nB", "x"],
  ["A:", "x"],
  ["A B", "x"],
  ["", "x"],
];

for (const [title, edit] of makers) {
  test(`${title} makes no field of words that could end it`, () => {
    for (const [name, value] of hostile) assert.throws(() => edited(odd, edit(name, value)), TypeError);
  });

  test(`${title} writes no line of more than 998 octets, and ASCII where UTF-8 may not stand`, () => {
    for (const value of ["x".repeat(8000), "ü".repeat(4000), `${"ü ".repeat(2000)}x`, "\u{1f4e7}".repeat(999)]) {
      const fields = editHeaderSection(parseHeaderSection(Buffer.from("B: 1\r\nC: 2\r\n")), [edit("A", value)], false);
      const section = Buffer.from(formatHeaderSection(fields)).toString("latin1");
      assert.match(section, /^[ -~\r\n]*$/);
      for (const line of section.split("\r\n")) assert.ok(line.length <= 998);
    }
  });
}
