// What is an address on the wire and what is none.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Mailbox } from "../../sdk/contract/event.ts";
import { workTime } from "../../test/support/own_time.ts";
import { isAddressLiteral, isIpv6 } from "./address_literal.ts";
import { formatMailbox, isDomain, needsUtf8, parseForwardPath, parsePath, parseReversePath } from "./path.ts";

const l63 = "a".repeat(63);
const d255 = `${l63}.${l63}.${l63}.${l63}`;
const l64 = "l".repeat(64);
const d189 = `${l63}.${l63}.${"a".repeat(61)}`; // with l64, "@" and the brackets: 256 octets

/** `domain` of a mailbox; the local part; what follows; whether it needs SMTPUTF8. */
const valid: readonly (readonly [text: string, localPart: string, domain: string, rest?: string, utf8?: boolean])[] = [
  ["<ask@perl.org>", "ask", "perl.org"],
  ["<ask@[1.2.3.4]>", "ask", "[1.2.3.4]"],
  ["<ask@perl.org> SIZE=1230", "ask", "perl.org", " SIZE=1230"],
  ["<ask@p.qpsmtpd-test.askask.com> SIZE=1230", "ask", "p.qpsmtpd-test.askask.com", " SIZE=1230"],
  ["<foo@example.com>", "foo", "example.com"],
  ["<postmaster@test>", "postmaster", "test"],
  ["<@a:postmaster@test>", "postmaster", "test"],
  ["<@a.example,@b.example:user@host.example>", "user", "host.example"],
  ['<"musa_ibrah@caramail.comandrea.luger"@wifo.ac.at>', "musa_ibrah@caramail.comandrea.luger", "wifo.ac.at"],
  ['<"foo\\ bar"@example.com>', "foo bar", "example.com"],
  ['<"foo bar"@example.com>', "foo bar", "example.com"],
  ['<"a\\"b\\\\c"@example.com>', 'a"b\\c', "example.com"],
  ['<"a>b"@example.com> x', "a>b", "example.com", " x"],
  ['<""@example.com>', "", "example.com"],
  ['<".."@example.com>', "..", "example.com"],
  ["<a.b.c@example.com>", "a.b.c", "example.com"],
  ["<!#$%&'*+-/=?^_`{|}~@example.com>", "!#$%&'*+-/=?^_`{|}~", "example.com"],
  ["<a@b>", "a", "b"],
  ["<a@1.2.3.4>", "a", "1.2.3.4"],
  ["<a@xn--bcher-kva.example>", "a", "xn--bcher-kva.example"],
  ["<a@[IPv6:2001:db8::1]>", "a", "[IPv6:2001:db8::1]"],
  ["<a@[ipv6:::1]>", "a", "[ipv6:::1]"],
  ["<a@[IPv6:::ffff:192.0.2.1]>", "a", "[IPv6:::ffff:192.0.2.1]"],
  ["<a@[x-tag:some>thing]>", "a", "[x-tag:some>thing]"],
  [`<${l64}@a.example>`, l64, "a.example"],
  [`<${l64}@${d189}>`, l64, d189],
  ["<jos\u00e9@example.com>", "jos\u00e9", "example.com", "", true],
  ["<a@b\u00fccher.example>", "a", "b\u00fccher.example", "", true],
  ['<"\u7528 \u6237"@example.com>', "\u7528 \u6237", "example.com", "", true],
  ["<\u{1f600}@example.com>", "\u{1f600}", "example.com", "", true],
];

for (const [text, localPart, domain, rest = "", utf8 = false] of valid) {
  test(`a path: ${text.slice(0, 70)}`, () => {
    const path = { kind: "path", mailbox: { localPart, domain }, rest, utf8 };
    deepEqual(parsePath(text), path);
    deepEqual(parseForwardPath(text), path);
    deepEqual(parseReversePath(text), path);
    equal(needsUtf8({ localPart, domain }), utf8);
  });
}

const invalid: readonly string[] = [
  "",
  "ask@perl.org",
  "<ask@perl.org",
  "ask@perl.org>",
  " <ask@perl.org>",
  "<<ask@perl.org>>",
  "< ask@perl.org>",
  "<ask @perl.org>",
  "<ask@ perl.org>",
  "<ask@perl.org >",
  "<foo bar@example.com>",
  "<ask>",
  "<abuse>",
  "<@>",
  "<a@>",
  "<@b>",
  "<#@[]>",
  "<a@[]>",
  "<@192.168.1.1>",
  "<@[1.2.3.4]:user@host.example>",
  "<@a:>",
  "<@a,b:c@d.example>",
  "<@a:@b:c@d.example>",
  "<@a;b:c@d.example>",
  // What qpsmtpd let through: a domain with anything between labels, a local part with anything behind an atom.
  "<user@example.com#>",
  "<u@foo_bar.com>",
  "<u@a;b>",
  "<u@a>b>",
  "<a@b@c.example>",
  "<a;id>/tmp/x@example.com>",
  "<a;id@example.com>",
  "<$(id)@example.com>",
  "<a(comment)@example.com>",
  "<a,b@example.com>",
  "<a:b@example.com>",
  "<a\tb@example.com>",
  "<a\0b@example.com>",
  "<a\r\nRCPT TO:<b@example.com>@example.com>",
  '<"a\nb"@example.com>',
  '<"a\u0080b"@example.com>',
  "<a\u2028b@example.com>",
  "<a\u0085b@example.com>",
  "<.a@example.com>",
  "<a.@example.com>",
  "<a..b@example.com>",
  '<"a"b@example.com>',
  '<a"b"@example.com>',
  '<"a@example.com>',
  '<"a\\"@example.com>',
  '<"a"b"@example.com>',
  "<a@-b.example>",
  "<a@b-.example>",
  "<a@b..example>",
  "<a@.example>",
  "<a@example.>",
  "<a@example.com.>",
  `<a@${"a".repeat(64)}.example>`,
  `<a@${d255}a>`,
  `<${l64}l@example.com>`,
  `<"${"\\a".repeat(32)}"@example.com>`,
  `<${"\u00e9".repeat(33)}@example.com>`,
  `<${l64}@${d189}a>`,
  `<@a.example:${l64}@${d189}>`,
  "<a@b\u00fccher-.example>",
  "<a@-b\u00fccher.example>",
  "<a@b\u3002example>",
  "<a@\u202eelpmaxe>",
  "<a@[1.2.3]>",
  "<a@[1.2.3.256]>",
  "<a@[01.2.3.4]>",
  "<a@[1.2.3.4>",
  "<a@[1.2.3.4].example>",
  "<a@[IPv6:1.2.3.4]>",
  "<a@[IPv6:::1%eth0]>",
  "<a@[no tag]>",
  "<a@[tag:]>",
  "<a@[tag:a b]>",
];

for (const text of invalid) {
  test(`no path: ${JSON.stringify(text).slice(0, 70)}`, () => {
    for (const parse of [parsePath, parseForwardPath, parseReversePath]) {
      const path = parse(text);
      equal(path.kind === "path" && path.rest === "", false, "the whole text must not be taken for a path");
      // "<u@a>b>" begins with a path; what follows is neither the end nor a space, which the command refuses.
      if (path.kind === "path") equal(path.rest.startsWith(" "), false);
      else equal(/^[A-Z][ -~]+$/.test(path.reason), true);
    }
  });
}

test("the null reverse-path is a reverse-path only", () => {
  deepEqual(parseReversePath("<> SIZE=1"), { kind: "path", mailbox: null, rest: " SIZE=1", utf8: false });
  equal(parseForwardPath("<>").kind, "malformed");
  equal(parsePath("<>").kind, "malformed");
  equal(formatMailbox(null), "");
});

test("<postmaster> without a domain is a forward-path only, in any case", () => {
  for (const text of ["postmaster", "Postmaster", "POSTMASTER"]) {
    const mailbox = { localPart: text, domain: "" };
    deepEqual(parseForwardPath(`<${text}>`), { kind: "path", mailbox, rest: "", utf8: false });
    equal(parseReversePath(`<${text}>`).kind, "malformed");
    equal(formatMailbox(mailbox), text);
  }
});

const formatted: readonly (readonly [localPart: string, text: string])[] = [
  ["a.b", "a.b@example.com"],
  ["a b", '"a b"@example.com'],
  ["", '""@example.com'],
  ["a.", '"a."@example.com'],
  ['a"\\b', '"a\\"\\\\b"@example.com'],
  ["a@b", '"a@b"@example.com'],
  ["jos\u00e9", "jos\u00e9@example.com"],
];

for (const [localPart, text] of formatted) {
  test(`quoted only when it must be: ${text}`, () => equal(formatMailbox({ localPart, domain: "example.com" }), text));
}

test("every local part of up to three awkward characters survives formatting and parsing", () => {
  const characters = ["a", ".", '"', "\\", "@", ">", "<", " ", ",", ":", ";", "(", "\u00e9", "\u{1f600}", "~"];
  const domain = "example.com";
  const n = characters.length;
  for (let i = 0; i < n ** 3; i++) {
    const three = [i % n, Math.floor(i / n) % n, Math.floor(i / n / n)].map((at) => characters[at]);
    for (const localPart of [three.join(""), three.slice(0, 2).join(""), three.slice(0, 1).join("")]) {
      const mailbox: Mailbox = { localPart, domain };
      const path = parsePath(`<${formatMailbox(mailbox)}>`);
      deepEqual(path.kind === "path" ? path.mailbox : path, mailbox);
    }
  }
});

test("a path that was accepted stays within the limits when it is written again", () => {
  const longest = `<"${"\\a".repeat(31)}"@${d189}>`;
  const path = parsePath(longest);
  equal(path.kind, "path");
  if (path.kind === "path") equal(parsePath(`<${formatMailbox(path.mailbox)}>`).kind, "path");
});

test("parsing takes linear time on long rubbish", () => {
  const rubbish = [
    `<${"a.".repeat(1000)}`,
    `<"${"\\a".repeat(1000)}`,
    `<${"@a,".repeat(700)}`,
    `<a@${"a-".repeat(1000)}>`,
  ];
  const took = workTime(() => {
    for (let i = 0; i < 200; i++) for (const text of rubbish) equal(parsePath(text).kind, "malformed");
  });
  equal(took < 2000, true, `${took} ms`);
});

const ipv6: readonly (readonly [text: string, valid: boolean])[] = [
  ["::", true],
  ["::1", true],
  ["1::", true],
  ["1:2:3:4:5:6:7:8", true],
  ["1:2:3:4:5:6:7::", true],
  ["::2:3:4:5:6:7:8", true],
  ["1:2:3:4:5:6:1.2.3.4", true],
  ["1:2:3:4:5:6:7:8:9", false],
  ["1:2:3:4:5:6:7", false],
  ["1:2:3:4::5:6:7:8", false],
  ["1::2::3", false],
  [":1::2", false],
  ["1:2:", false],
  [":", false],
  ["", false],
  [":::", false],
  ["12345::", false],
  ["g::", false],
  ["1.2.3.4::", false],
  ["1:2:3:4:5:6:7:1.2.3.4", false],
  ["::1.2.3.400", false],
];

for (const [text, expected] of ipv6) {
  test(`IPv6 ${text} is ${expected ? "good" : "bad"}`, () => {
    equal(isIpv6(text), expected);
    equal(isAddressLiteral(`[IPv6:${text}]`), expected);
  });
}

test("a domain has at most 255 octets in labels of at most 63", () => {
  equal(isDomain(d255), true);
  equal(isDomain(`${d255}.a`), false);
  equal(isDomain(""), false);
});
