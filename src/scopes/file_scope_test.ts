// Scopes that are files.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFileScope } from "./file_scope.ts";

const rows: readonly (readonly [scope: string, expected: string])[] = [
  ["/usr/share/GeoIP/GeoLite2-Country.mmdb", "scope"],
  ["/a", "scope"],
  ["/a..b/.c", "scope"],
  ["a", "is no absolute path of a file"],
  ["", "is no absolute path of a file"],
  ["/", "is no absolute path of a file"],
  ["/a/", "is no absolute path of a file"],
  ["/a//b", "is no absolute path of a file"],
  ["/a b", "is no absolute path of a file"],
  ["/a\0", "is no absolute path of a file"],
  ["/a/../b", "has a dot segment in its path"],
  ["/a/.", "has a dot segment in its path"],
  ["/usr/share/GeoIP/*", "has a *: name each file"],
];

for (const [scope, expected] of rows) {
  test(`the scope ${JSON.stringify(scope)}: ${expected}`, () => {
    const parsed = parseFileScope(scope);
    assert.equal(parsed.kind === "bad" ? parsed.why : parsed.kind, expected);
  });
}
