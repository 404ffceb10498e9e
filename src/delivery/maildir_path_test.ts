// From recipient to folder.

import assert from "node:assert/strict";
import test from "node:test";
import type { Mailbox } from "../../sdk/contract/event.ts";
import { fixedPart, maildirPath, unknownPlaceholder } from "./maildir_path.ts";

const rows: readonly (readonly [pattern: string, localPart: string, domain: string, path: string])[] = [
  ["/m", "a", "b.test", "/m"],
  ["/m/%l", "a", "b.test", "/m/a"],
  ["/m/%d/%l", "a", "b.test", "/m/b.test/a"],
  ["/m/%u", "a", "b.test", "/m/a@b.test"],
  ["/m/%d-%l/in", "a", "b.test", "/m/b.test-a/in"],
  ["/m/100%%/%l", "a", "b.test", "/m/100%/a"],
  ["/m/.In box.%l", ".a", "b.test", "/m/.In box.%2ea"],
  ["/m/%l", "User+Tag", "b.test", "/m/user+tag"],
  ["/m/%d", "a", "B.Test", "/m/b.test"],
  ["/m/%l/x", "..", "b.test", "/m/%2e./x"],
  ["/m/%l/x", ".", "b.test", "/m/%2e/x"],
  ["/m/%l", "../../etc/passwd", "b.test", "/m/%2e.%2f..%2fetc%2fpasswd"],
  ["/m/%l", "/", "b.test", "/m/%2f"],
  ["/m/%l", "a/../b", "b.test", "/m/a%2f..%2fb"],
  ["/m/%l", "a\\b", "b.test", "/m/a%5cb"],
  ["/m/%l", "a\0b", "b.test", "/m/a%00b"],
  ["/m/%l", "a_b", "b.test", "/m/a_b"],
  ["/m/%l", "a\r\nb", "b.test", "/m/a%0d%0ab"],
  ["/m/%l", "", "b.test", "/m/%"],
  ["/m/%l", "%d", "b.test", "/m/%25d"],
  ["/m/%d", "postmaster", "", "/m/_"],
  ["/m/%u", "postmaster", "", "/m/postmaster"],
  ["/m/%d", "a", "[IPv6:::1]", "/m/%5bipv6%3a%3a%3a1%5d"],
  ["/m/%l", "jürgen", "b.test", "/m/j%c3%bcrgen"],
  ["/m/%l", "JÜRGEN", "b.test", "/m/j%c3%bcrgen"],
  ["/m/%l", "First.Last-x=y+z_1", "b.test", "/m/first.last-x=y+z_1"],
];

for (const [pattern, localPart, domain, path] of rows) {
  test(`${JSON.stringify(localPart)} at ${domain} under ${pattern} is ${path}`, () => {
    assert.equal(maildirPath(pattern, { localPart, domain }), path);
  });
}

test("no recipient leads out of the folder of all recipients", () => {
  const parts = ["..", ".", "/", "\\", "\0", "a", "%", "", "~", ":", "\n"];
  for (const one of parts) {
    for (const two of parts) {
      const path = maildirPath("/m/%l/%d", { localPart: one + two, domain: two + one });
      assert.match(path, /^\/m\/[^./][^/\0]*\/[^./][^/\0]*$/);
    }
  }
});

test("no two mailboxes share a Maildir", () => {
  const locals = [
    "a b",
    "a/b",
    "a_b",
    "a%20b",
    "a\\b",
    "ab",
    "",
    "_",
    "%",
    ".a",
    "%2ea",
    "_a",
    "k",
    "\u212a",
    "i",
    "\u0130",
  ];
  const many = [
    ...locals,
    "ä",
    "ö",
    "a@b",
    "a%40b",
    "\u{1f600}",
    "\u{1f601}",
    "x".repeat(64),
    "ü".repeat(64),
    "ö".repeat(64),
  ];
  for (const pattern of ["/m/%d/%l", "/m/%u", "/m/.%l/%d"]) {
    const paths = many.map((localPart) => maildirPath(pattern, { localPart, domain: "b.test" }));
    assert.equal(new Set(paths).size, many.length, pattern);
    assert.ok(paths.every((path) => path.split("/").every((name) => name.length < 255)));
  }
});

test("names that are too long for a file system stay different", () => {
  const long: Mailbox = { localPart: "a".repeat(64), domain: `${"b".repeat(60)}.`.repeat(4) };
  const paths = ["1", "2"].map((end) => maildirPath("/m/%u", { ...long, domain: long.domain + end }));
  assert.ok(paths.every((path) => path.length < 255));
  assert.notEqual(paths[0], paths[1]);
});

test("placeholders that do not exist are found, and the fixed part of a pattern", () => {
  const patterns = ["/m", "/m/%l", "/m/%%", "/m/%x/%y", "/m/%", "/m/100%"];
  assert.deepEqual(patterns.map(unknownPlaceholder), [undefined, undefined, undefined, "%x", "%", "%"]);
  assert.deepEqual(["/m", "/m/%l/x", "/a/b%d/c"].map(fixedPart), ["/m", "/m", "/a"]);
});
