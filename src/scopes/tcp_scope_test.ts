// Scopes of `tcp`, and the places that they allow.

import assert from "node:assert/strict";
import { test } from "node:test";
import { scopeCovers } from "./scope.ts";
import { parsePlace, parseTcpScope } from "./tcp_scope.ts";

const rows: readonly (readonly [scope: string, place: string, verdict: "granted" | "not granted" | "refused"])[] = [
  ["127.0.0.1:3310", "127.0.0.1:3310", "granted"],
  ["127.0.0.1:3310", "127.0.0.1:3311", "not granted"],
  ["127.0.0.1:*", "127.0.0.1:1", "granted"],
  ["127.0.0.1:331", "127.0.0.1:3310", "not granted"],
  ["clamd.example:3310", "CLAMD.example:3310", "granted"],
  ["*.example:3310", "clamd.example:3310", "granted"],
  ["*:3310", "anything.test:3310", "granted"],
  ["*:*", "unix:/run/clamd.sock", "not granted"],
  ["[::1]:25", "[0::1]:25", "granted"],
  ["unix:/run/clamd.sock", "unix:/run/clamd.sock", "granted"],
  ["unix:/run/clamd/*", "unix:/run/clamd/a.sock", "granted"],
  ["unix:/run/clamd/*", "unix:/run/clamd/../docker.sock", "refused"],
  ["unix:/run/clamd.sock", "unix:/run//clamd.sock", "refused"],
  ["unix:/run/clamd.sock", "unix:run/clamd.sock", "refused"],
  ["unix:/run/*", "unix:/run/\0x", "refused"],
  ["unix:/*", `unix:/${"x".repeat(110)}`, "refused"],
  ["*:25", "127.1:25", "refused"],
  ["*:25", "example.com", "refused"],
  ["*:25", "example.com:025", "refused"],
  ["*:25", "example.com:25:25", "refused"],
  ["*:25", "*:25", "refused"],
  ["*:*", "example.com:*", "refused"],
  ["*:25", "::1:25", "refused"],
  ["*:25", "", "refused"],
];

for (const [scope, place, verdict] of rows) {
  test(`${verdict} by ${scope}: ${JSON.stringify(place).slice(0, 60)}`, () => {
    const [wide, narrow] = [parseTcpScope(scope), parsePlace(place)];
    if (wide.kind === "bad") return assert.fail(wide.why);
    if (narrow.kind === "bad") return assert.equal("refused", verdict, narrow.why);
    assert.equal(scopeCovers(wide.parts, narrow.parts) ? "granted" : "not granted", verdict);
  });
}
