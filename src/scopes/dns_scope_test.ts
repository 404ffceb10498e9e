// What is read of the scopes of `dns`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDnsScope } from "./dns_scope.ts";

const scopes: readonly (readonly [scope: string, ...parts: string[]])[] = [
  ["TXT", "TXT", "*"],
  ["AAAA", "AAAA", "*"],
  ["*.example.org", "*", "*.example.org"],
  ["Example.ORG.", "*", "example.org"],
  ["TXT:_dmarc.*", "TXT", "_dmarc.*"],
  ["*:*.example.org", "*", "*.example.org"],
  ["MX:*", "MX", "*"],
];

const bad: readonly (readonly [scope: string, why: RegExp])[] = [
  ["", /neither a record type/],
  ["TXTT", /neither a record type/],
  ["txt", /neither a record type/],
  ["TXT:", /neither a record type/],
  ["TXTT:example.org", /names no record type: A, AAAA, MX/],
  ["TXT:example.org:53", /more than one colon/],
  ["exa mple.org", /neither a record type/],
  ["bücher.example", /neither a record type/],
  ["constructor", /neither a record type/],
];

test("a scope is a record type, a glob of names, or both", () => {
  for (const [scope, ...parts] of scopes) assert.deepEqual(parseDnsScope(scope), { kind: "scope", parts }, scope);
});

test("anything else is refused with a reason", () => {
  for (const [scope, why] of bad) {
    const parsed = parseDnsScope(scope);
    assert.match(parsed.kind === "bad" ? parsed.why : "", why, scope);
  }
});
