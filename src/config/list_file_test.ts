import assert from "node:assert/strict";
import { test } from "node:test";
import { type ListEntry, parseListFile } from "./list_file.ts";

const value = (line: number, text: string): ListEntry => ({ kind: "value", line, text });
const include = (line: number, path: string): ListEntry => ({ kind: "include", line, path });

const rows: readonly (readonly [text: string, entries: readonly ListEntry[], rule: string])[] = [
  ["", [], "an empty file has no entries"],
  ["a\nb\n", [value(1, "a"), value(2, "b")], "one value a line"],
  ["a", [value(1, "a")], "the last line needs no line end"],
  ["a\r\nb\r\n", [value(1, "a"), value(2, "b")], "CRLF ends lines"],
  ["  a b \t\n", [value(1, "a b")], "values are trimmed, inner space stays"],
  ["\n \t \na", [value(3, "a")], "blank lines are dropped but counted"],
  ["# x\n  # y\na", [value(3, "a")], "a line whose first character is # is a comment"],
  ["a # b", [value(1, "a # b")], "a # later in a line belongs to the value"],
  ["$include other", [include(1, "other")], "$include takes a path"],
  ["  $include\t/etc/a b ", [include(1, "/etc/a b")], "the path of $include may hold spaces"],
  ["$include", [{ kind: "malformed", line: 1 }], "$include without a path is malformed"],
  ["$included", [value(1, "$included")], "another word that begins alike is a value"],
  ["#$include x", [], "a commented $include is a comment"],
];

for (const [text, entries, rule] of rows) {
  test(`list file: ${rule}`, () => assert.deepEqual(parseListFile(text), entries));
}
