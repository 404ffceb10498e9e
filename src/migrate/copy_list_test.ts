import assert from "node:assert/strict";
import { test } from "node:test";
import { copyList, type Included } from "./copy_list.ts";

const resolve = (path: string): Included =>
  path === "gone" ? { kind: "missing" } : { kind: "path", path: `new/${path}` };

test("a list keeps its lines, comments and blanks in their places", () => {
  const text = "# ours\n\n a.example \n$include more\n";
  assert.deepEqual(copyList(text, resolve), { lines: ["# ours", "", " a.example ", "$include new/more"], refused: [] });
});

test("an include of nothing becomes a comment, with its line", () => {
  assert.deepEqual(copyList("a\r\n$include gone\r\n$include", resolve), {
    lines: ["a", "# not taken over: $include gone", "# not taken over: $include"],
    refused: [{ line: 2, why: "$include gone: no such file" }, { line: 3, why: "$include names no file" }],
  });
});

test("an include of what lies elsewhere becomes a comment, with the remedy", () => {
  const outside = (): Included => ({ kind: "outside" });
  const { lines, refused } = copyList("$include ../../secret\n", outside);
  assert.deepEqual(lines, ["# not taken over: $include ../../secret"]);
  assert.match(refused[0]?.why ?? "", /^\$include \.\.\/\.\.\/secret: lies outside this configuration.*copy it there/);
});
