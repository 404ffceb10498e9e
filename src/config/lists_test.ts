import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { listLimits, readList } from "./lists.ts";

type Files = { readonly [path: string]: string };

function inFolder(files: Files, use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-lists-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const nested: Files = Object.fromEntries(
  Array.from({ length: 13 }, (_, i) => [i === 0 ? "list" : `l${i}`, `v${i}\n$include l${i + 1}`]),
);

/** `@` in a problem stands for the folder. */
const rows: readonly (readonly [rule: string, files: Files, lines: readonly string[], problems: readonly string[]])[] =
  [
    ["a missing file is an empty list", {}, [], []],
    ["an included file stands in the place of the line", { list: "a\n$include b\nc", b: "b1\nb2" }, [
      "a",
      "b1",
      "b2",
      "c",
    ], []],
    [
      "a path is relative to the including file",
      { list: "$include d/one", "d/one": "$include two", "d/two": "deep", two: "wrong" },
      ["deep"],
      [],
    ],
    [
      "a folder includes its files in sorted order, without hidden ones and folders",
      { list: "$include d", "d/20": "twenty", "d/10": "ten", "d/.hidden": "no", "d/sub/x": "no" },
      ["ten", "twenty"],
      [],
    ],
    ["an empty path is no path", { list: "$include\na" }, ["a"], [
      "@/list:1: $include needs the path of a file or folder",
    ]],
    ["a file that is not there is told", { list: "a\n$include b\nc" }, ["a", "c"], [
      "@/list:2: $include @/b: no such file",
    ]],
    ["a file that includes itself yields nothing there", { list: "a\n$include list\nb" }, ["a", "b"], [
      "@/list:2: $include @/list: includes itself, ignored",
    ]],
    ["a circle of two is broken", { list: "a\n$include b", b: "b\n$include list" }, ["a", "b"], [
      "@/b:2: $include @/list: includes itself, ignored",
    ]],
    ["a folder that holds the file itself is no circle for the others", { "list": "$include .", other: "o" }, ["o"], [
      "@/list:1: $include @/list: includes itself, ignored",
    ]],
    ["a file may be included twice", { list: "$include b\n$include b", b: "b" }, ["b", "b"], []],
    ["includes end at a depth of ten", nested, Array.from({ length: 11 }, (_, i) => `v${i}`), [
      "@/l10:2: $include @/l11: includes are nested too deeply",
    ]],
    ["a file that is too large is not read", { list: "a\n$include b", b: "x".repeat(1_000_001) }, ["a"], [
      "@/list:2: $include @/b: cannot be read: it is larger than 1000000 octets",
    ]],
    ["a folder in the place of the list is told", { "list/x": "y" }, [], [
      "@/list: cannot be read: it is a folder, not a file",
    ]],
  ];

for (const [rule, files, lines, problems] of rows) {
  test(`lists: ${rule}`, () => {
    inFolder(files, (folder) => {
      const list = readList(folder, "list");
      assert.deepEqual(list.lines, lines);
      assert.deepEqual(list.problems, problems.map((problem) => problem.replaceAll("@", folder)));
    });
  });
}

test("lists: every line knows its file and line", () => {
  inFolder({ list: "# c\na\n$include b", b: "\nb" }, (folder) => {
    assert.deepEqual(readList(folder, "list").places, [`${folder}/list:2`, `${folder}/b:2`]);
  });
});

test("lists: an absolute path is taken as it is", () => {
  inFolder({ "x/list": "a", "y/abs": "b" }, (folder) => {
    writeFileSync(join(folder, "x/list"), `$include ${folder}/y/abs`);
    assert.deepEqual(readList(join(folder, "x"), "list").lines, ["b"]);
  });
});

test("lists: who wants that has no include lead out of a folder, by no path and no link", () => {
  const include = "$include ../secret\n$include ../outer\n$include link\n$include d\n$include inner\na";
  const files = { "x/list": include, "x/inner": "i", "x/d/file": "f", secret: "s", "outer/file": "s" };
  inFolder(files, (folder) => {
    symlinkSync("../secret", join(folder, "x/link"));
    symlinkSync("../../secret", join(folder, "x/d/link"));
    symlinkSync("x", join(folder, "y"));
    for (const through of ["x", "y"]) {
      const { lines, problems } = readList(join(folder, through), "list", join(folder, through));
      assert.deepEqual(lines, ["f", "i", "a"]);
      assert.equal(problems.filter((problem) => problem.includes("lies outside")).length, 4);
    }
    assert.deepEqual(readList(join(folder, "x"), "list").lines, ["s", "s", "s", "f", "s", "i", "a"]);
  });
});

test("lists: a file that is not UTF-8 text is not read", () => {
  inFolder({}, (folder) => {
    writeFileSync(join(folder, "list"), Uint8Array.of(0x61, 0x0a, 0xff));
    const list = readList(folder, "list");
    assert.deepEqual(list.lines, []);
    assert.deepEqual(list.problems, [`${folder}/list: cannot be read: it is not text in UTF-8`]);
  });
});

test("lists: a circle through a symbolic link is found", () => {
  inFolder({ list: "a\n$include link" }, (folder) => {
    symlinkSync("list", join(folder, "link"));
    assert.deepEqual(readList(folder, "list").lines, ["a"]);
  });
});

test("lists: lines beyond the limit are ignored, and that is said once", () => {
  inFolder({ list: "$include b\n$include b\n$include b", b: "x\n".repeat(40_000) }, (folder) => {
    const list = readList(folder, "list");
    assert.equal(list.lines.length, listLimits.lines);
    assert.deepEqual(list.problems, [`${folder}/b:20001: more than 100000 lines, the rest is ignored`]);
  });
});

test("lists: files that include each other many times end at the limit of files", () => {
  const bomb = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [i === 0 ? "list" : `b${i}`, `$include b${i + 1}\n`.repeat(10)]),
  );
  inFolder({ ...bomb, b9: "" }, (folder) => {
    assert.match(readList(folder, "list").problems.join("\n"), /more than 1000 files, the rest is ignored$/);
  });
});

test("lists: a name cannot lead out of the folder", () => {
  for (const name of ["../list", "a/b", ".hidden", "", "a\0b"]) {
    assert.deepEqual(readList("/nonexistent", name).lines, []);
    assert.match(readList("/nonexistent", name).problems.join(), /is no name of a list file$/);
  }
});
