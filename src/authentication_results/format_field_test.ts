// The field as it is written: exact octets for the usual, and the same facts read back whatever was said.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthenticationResult } from "../../sdk/contract/verdict.ts";
import { readResults } from "../../test/support/authentication_results.ts";
import { formatResultsField } from "./format_field.ts";

const id = "mx.example.org";
const start = `Authentication-Results: ${id};`;

const rows: readonly (readonly [title: string, results: readonly AuthenticationResult[], rest: string])[] = [
  ["nothing was checked", [], " none\r\n"],
  ["a bare result", [{ method: "spf", result: "none" }], "\r\n\tspf=none\r\n"],
  ["a line for each", [
    { method: "auth", result: "pass", properties: { "smtp.auth": "jo@example.org" } },
    { method: "iprev", result: "pass", properties: { "policy.iprev": "192.0.2.1" } },
  ], "\r\n\tauth=pass smtp.auth=jo@example.org;\r\n\tiprev=pass policy.iprev=192.0.2.1\r\n"],
  [
    "IPv6 is no token",
    [{ method: "iprev", result: "fail", reason: "No name", properties: { "policy.iprev": "2001:db8::1" } }],
    '\r\n\tiprev=fail reason="No name" policy.iprev="2001:db8::1"\r\n',
  ],
  [
    "a domain, an empty value, a mailbox that must be quoted",
    [{
      method: "dkim",
      result: "pass",
      properties: { "header.d": "example.org", "header.b": "", "header.i": '"a b"@x.example' },
    }],
    '\r\n\tdkim=pass header.d=example.org header.b="" header.i="\\"a b\\"@x.example"\r\n',
  ],
  [
    "long ones are folded before a blank",
    [{
      method: "spf",
      result: "fail",
      reason: "word ".repeat(20).trim(),
      properties: { "smtp.mailfrom": "a@b.example" },
    }],
    `\r\n\tspf=fail reason="${"word ".repeat(11)}word\r\n word ${"word ".repeat(6)}word"`.trimEnd() +
    " smtp.mailfrom=a@b.example\r\n",
  ],
];

for (const [title, results, rest] of rows) {
  test(`written: ${title}`, () => assert.equal(formatResultsField(id, results, false), start + rest));
}

const nasty = [
  "",
  " ",
  '"',
  "\\",
  '\\"',
  '";',
  "; spf=pass",
  "(",
  ")",
  "(comment",
  "a b",
  "  a  ",
  "\r\n",
  "a\r\nSubject: x",
  "\n.\n",
  "\0",
  "\x7f",
  "\x85",
  "\u2028",
  "\ud800",
  "ü",
  "日本",
  "=?utf-8?Q?x?=",
  "@",
  "a@",
  "a@b@c",
  ".@b",
  "a..b@c",
  "none",
  "x".repeat(320),
  " ".repeat(300),
  "ü".repeat(160),
];

/** What must be read back, by the rules of the field alone. */
function survivor(text: string, utf8: boolean): string {
  return [...text].map((character) => {
    if (utf8) return /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(character) ? "?" : character;
    return /[ -~]/.test(character) ? character : "?";
  }).join("");
}

for (const utf8 of [false, true]) {
  test(`whatever strings are said${utf8 ? " with SMTPUTF8" : ""}, the same facts are read back`, () => {
    let seed = 1;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const some = (): string => {
      const made = Array.from({ length: 1 + random(3) }, () => nasty[random(nasty.length)] ?? "").join("");
      return made.slice(0, 320);
    };
    for (let round = 0; round < 2000; round++) {
      const results = Array.from({ length: 1 + random(4) }, (_, index): AuthenticationResult => ({
        method: ["spf", "iprev", "x-own", "none"][index] ?? "spf",
        result: ["pass", "fail", "none", "a-b"][random(4)] ?? "pass",
        ...(random(2) === 0 ? { reason: some() } : {}),
        properties: Object.fromEntries(
          ["smtp.mailfrom", "policy.x-1", "reason.reason"].slice(random(4)).map((name) => [name, some()]),
        ),
      }));
      const field = formatResultsField(id, results, utf8);
      const expected = results.map(({ reason, properties = {}, ...rest }) => ({
        ...rest,
        properties: Object.fromEntries(Object.entries(properties).map(([name, text]) => [name, survivor(text, utf8)])),
        ...(reason === undefined ? {} : { reason: survivor(reason, utf8) }),
      }));
      assert.deepEqual(readResults(field), { id, results: expected });
      for (const line of field.split("\r\n")) {
        assert.ok(Buffer.byteLength(line) <= 998 && (line.length <= 78 || !/[^ ] +[^ ]/.test(line.trim())), line);
      }
    }
  });
}

const impossible: readonly (readonly [id: string, result: AuthenticationResult])[] = [
  ["mx example", { method: "spf", result: "pass" }],
  ["mx;", { method: "spf", result: "pass" }],
  [id, { method: "spf\r\n", result: "pass" }],
  [id, { method: "spf", result: "pass; auth=pass" }],
  [id, { method: "spf", result: "pass", properties: { "smtp": "x" } }],
  [id, { method: "spf", result: "pass", properties: { "smtp.a=b c": "x" } }],
];

test("words that are none are a bug of whoever let them get here", () => {
  for (const [own, result] of impossible) assert.throws(() => formatResultsField(own, [result], true), TypeError);
});
