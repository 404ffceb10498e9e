// Domains as mailboxes have them, and as they are asked for.

import assert from "node:assert/strict";
import { domainToASCII } from "node:url";
import { test } from "node:test";
import { asciiDomain } from "./ascii_domain.ts";

const rows: readonly (readonly [domain: string, ascii: string | undefined])[] = [
  ["Example.ORG", "example.org"],
  ["example.org.", "example.org"],
  ["under_score.example", "under_score.example"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["BÜCHER.Example", "xn--bcher-kva.example"],
  ["bu\u0308cher.example", "xn--bcher-kva.example"],
  ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ["", undefined],
  ["a..example", undefined],
  ["[192.0.2.1]", undefined],
  ["a b.example", undefined],
  [`${"x".repeat(64)}.example`, undefined],
  [`${"ü".repeat(64)}.example`, undefined],
  ["x.".repeat(127) + "x", undefined],
  ["ü".repeat(100_000), undefined],
];

test("a domain is asked for in ASCII, or not at all", () => {
  for (const [domain, ascii] of rows) assert.equal(asciiDomain(domain), ascii, domain.slice(0, 80));
});

// Of many scripts, with and without letters of ASCII, and beyond the first 65,536 characters.
const scripts = [
  "münchen-ost.example",
  "пример.испытание",
  "例子.測試",
  "παράδειγμα.example",
  "उदाहरण.परीक्षा",
  "a.𐌰𐌱𐌲.b",
  "ひとつ2三.example",
];

test("labels of other scripts become what the URL standard makes of them", () => {
  for (const domain of scripts) assert.equal(asciiDomain(domain), domainToASCII(domain), domain);
});
