// What is a name that may be asked for, and what is one of a host.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkName, hostName } from "./name.ts";

const long = Array.from({ length: 4 }, () => "a".repeat(63)).join(".");

const names: readonly (readonly [text: string, name: string])[] = [
  ["example.org", "example.org"],
  ["Example.ORG.", "example.org"],
  ["_dmarc.example.org", "_dmarc.example.org"],
  ["s1._domainkey.example.org", "s1._domainkey.example.org"],
  ["1.0/25.2.0.192.in-addr.arpa", "1.0/25.2.0.192.in-addr.arpa"],
  ["user+tag=x._spf.example.org", "user+tag=x._spf.example.org"],
  ["org", "org"],
  ["a".repeat(63) + ".org", "a".repeat(63) + ".org"],
  [long.slice(0, 253), long.slice(0, 253)],
];

const bad: readonly (readonly [text: string, why: RegExp])[] = [
  ["", /empty$/],
  [".", /empty$/],
  ["a..org", /empty label/],
  [".org", /empty label/],
  ["org..", /empty label/],
  ["a".repeat(64) + ".org", /longer than 63/],
  [long.slice(0, 252) + ".b", /254 characters is longer than 253/],
  ["x".repeat(1_000_000), /longer than 253/],
  ["bücher.example", /outside ASCII/],
  ["exa mple.org", /a space/],
  ["exa\r\nmple.org", /a control character/],
  ["exa\0mple.org", /a control character/],
  ["exa\\.mple.org", /backslash/],
];

test("a name comes out in lower case and without its final dot", () => {
  for (const [text, name] of names) assert.deepEqual(checkName(text), { kind: "name", name });
});

test("what would not survive the wire, or could be read in two ways, is no name", () => {
  for (const [text, why] of bad) {
    const checked = checkName(text);
    assert.match(checked.kind === "badName" ? checked.message : "", why, text.slice(0, 80));
  }
});

test("a host's name has letters, digits, hyphens and underscores only", () => {
  for (const text of ["Mail.example.org", "mail_1.example.org"]) assert.equal(hostName(text), text.toLowerCase());
  for (const text of ['a"b.org', "a(b.org", "<a>.org", "a=b.org", "a/b.org", ".", "é.org"]) {
    assert.equal(hostName(text), undefined, text);
  }
});
