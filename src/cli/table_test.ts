import assert from "node:assert/strict";
import { test } from "node:test";
import { cellWidth, cut, fill } from "./cells.ts";
import { shortDuration, shortNumber, shortSize } from "./durations.ts";
import { painter } from "./paint.ts";
import { safeJson } from "./safe_json.ts";
import { formatTable } from "./table.ts";
import { mayColour } from "./terminal.ts";

const widths: readonly (readonly [text: string, cells: number])[] = [
  ["", 0],
  ["abc", 3],
  ["äöü", 3],
  ["邮件", 4],
  ["e\u0301", 1],
  ["📬", 2],
  ["한글", 4],
];
for (const [text, cells] of widths) {
  test(`${JSON.stringify(text)} takes ${cells} cells`, () => assert.equal(cellWidth(text), cells));
}

const cuts: readonly (readonly [text: string, cells: number, shown: string])[] = [
  ["abcdef", 6, "abcdef"],
  ["abcdef", 5, "abcd…"],
  ["邮件服务", 8, "邮件服务"],
  ["邮件服务", 7, "邮件服…"],
  ["邮件服务", 6, "邮件…"],
  ["abc", 1, "…"],
  ["abc", 0, ""],
];
for (const [text, cells, shown] of cuts) {
  test(`${text} in ${cells} cells is ${shown}`, () => assert.equal(cut(text, cells), shown));
}

test("a cell is filled to its width, wide characters counted twice", () => {
  assert.equal(fill("邮件服务", 6), "邮件… ");
  assert.equal(fill("7", 3, true), "  7");
});

const columns = [{ title: "NAME", least: 4 }, { title: "N", right: true }, { title: "WHY", least: 3 }] as const;

test("columns are as wide as they need, numbers stand right, no line ends in blanks", () => {
  assert.deepEqual(formatTable(columns, [["邮件", "1", ""], ["longer", "200", "because"]]), [
    "NAME      N  WHY",
    "邮件      1",
    "longer  200  because",
  ]);
});

test("without room the widest column that may is cut first, then whole lines", () => {
  const rows = [["abcdefgh", "1000", "0123456789abcdef"]];
  assert.deepEqual(formatTable(columns, rows, 24), ["NAME         N  WHY", "abcdefgh  1000  0123456…"]);
  assert.deepEqual(formatTable(columns, rows, 15), ["NAME     N  WHY", "abc…  1000  01…"]);
  assert.deepEqual(formatTable(columns, rows, 10), ["NAME     …", "abc…  100…"]);
  for (let room = 1; room < 40; room++) {
    for (const line of formatTable(columns, rows, room)) assert.ok(cellWidth(line) <= room, `${room}: ${line}`);
  }
});

test("what somebody else chose cannot move the cursor, nor begin a line", () => {
  const [, line] = formatTable(columns, [["\u001b[2J\n", "\u009b", "\u202e"]]);
  assert.equal(line, "\\u{1b}[2J\\u{a}  \\u{9b}  \\u{202e}");
});

test("JSON is the same value, and harmless on a terminal", () => {
  const value = { text: "\u001b[2J\u007f\u009b\u202e\u2028\u{e0001}邮" };
  const text = safeJson(value);
  assert.match(text, /^[ -~邮]*$/);
  assert.deepEqual(JSON.parse(text), value);
});

test("colours are for terminals, and not where NO_COLOR is set", () => {
  const rows: readonly (readonly [boolean, { readonly [name: string]: string }, boolean])[] = [
    [true, {}, true],
    [true, { NO_COLOR: "" }, true],
    [true, { NO_COLOR: "1" }, false],
    [true, { TERM: "dumb" }, false],
    [false, {}, false],
  ];
  for (const [interactive, environment, may] of rows) assert.equal(mayColour(interactive, environment), may);
  assert.equal(painter(false)("x", "red"), "x");
  assert.equal(painter(true)("x", "red"), "\u001b[31mx\u001b[0m");
});

test("times and amounts are short", () => {
  assert.deepEqual([900, 99_000, 100_000, 7_200_000, 200_000_000].map(shortDuration), [
    "0 s",
    "99 s",
    "1 min",
    "2 h",
    "2 d",
  ]);
  assert.deepEqual([0, 0.25, 99.9, 99.96, 1234.5].map(shortNumber), ["0", "0.3", "99.9", "100", "1235"]);
  assert.deepEqual([999, 1500, 171_000_000].map(shortSize), ["999 B", "1.5 kB", "171 MB"]);
});
