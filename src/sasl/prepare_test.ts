import assert from "node:assert/strict";
import { test } from "node:test";
import { prepareName, preparePassword, preparePasswordForKeys, readUtf8 } from "./prepare.ts";

// The first five are the examples of RFC 4013 §3.
const names: readonly [text: string, prepared: string | undefined, why: string][] = [
  ["I\u00adX", "IX", "the soft hyphen is mapped to nothing"],
  ["user", "user", "nothing to do"],
  ["USER", "USER", "case is kept"],
  ["\u00aa", "a", "NFKC"],
  ["\u2168", "IX", "NFKC"],
  ["\u0007", undefined, "a control character"],
  ["tim@example.com", "tim@example.com", ""],
  ["a\u00a0b", "a b", "every space is an ASCII one"],
  ["a\u3000b", "a b", "every space is an ASCII one"],
  ["e\u0301", "\u00e9", "composed"],
  ["\uff21", "A", "a wide letter"],
  ["", undefined, "empty"],
  ["\u00ad", undefined, "empty once prepared"],
  ["a\0b", undefined, "NUL"],
  ["a\nb", undefined, "LF"],
  ["a\u0085b", undefined, "a control character above ASCII"],
  ["a\u202eb", undefined, "turns the writing direction"],
  ["a\u2028b", undefined, "a line separator"],
  ["a\ue000b", undefined, "private use"],
  ["a\ufdd0b", undefined, "no character"],
  ["a\ufffdb", undefined, "the replacement character"],
  ["a\u{e0041}b", undefined, "a tag"],
  ["x".repeat(255), "x".repeat(255), "255 octets"],
  ["x".repeat(256), undefined, "256 octets"],
  ["é".repeat(128), undefined, "256 octets in 128 characters"],
  ["\ufdfa".repeat(10), undefined, "30 octets that NFKC makes 330"],
];

test("names are prepared by SASLprep, and refused if they hold what no name may (RFC 4013)", () => {
  for (const [text, prepared, why] of names) assert.equal(prepareName(text), prepared, `${escape(text)}: ${why}`);
});

test("preparing twice changes nothing more", () => {
  for (const [text] of names) {
    const once = prepareName(text);
    if (once !== undefined) assert.equal(prepareName(once), once);
  }
});

test("a password that is compared keeps all but its composition and its kinds of space (RFC 8265 §4.2)", () => {
  const rows: readonly [string, string | undefined][] = [
    ["e\u0301", "\u00e9"],
    ["\u2168", "\u2168"],
    ["a\u00a0b", "a b"],
    [" x ", " x "],
    ["", undefined],
    ["a\0b", undefined],
    ["a\tb", undefined],
    ["x".repeat(4096), "x".repeat(4096)],
    ["x".repeat(4097), undefined],
  ];
  for (const [text, prepared] of rows) assert.equal(preparePassword(text), prepared, escape(text));
});

test("a password that keys are made of is prepared as the client does it (RFC 5802 §2.2)", () => {
  assert.equal(preparePasswordForKeys("I\u00adX\u2168"), "IXIX");
  assert.equal(preparePasswordForKeys("\u0007"), undefined);
  assert.equal(preparePasswordForKeys(""), undefined);
});

test("what is not UTF-8 is not text, and a byte order mark is part of it", () => {
  const rows = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc3]];
  for (const octets of rows) assert.equal(readUtf8(Uint8Array.from(octets)), undefined);
  assert.equal(readUtf8(Uint8Array.from([0xef, 0xbb, 0xbf, 0x61])), "\ufeffa");
});
