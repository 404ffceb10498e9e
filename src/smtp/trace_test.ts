// The Received field, and what clients try to put into it.

import { equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import type { Mailbox } from "../../sdk/contract/event.ts";
import { type Session, untrusted } from "./session.ts";
import type { Transaction } from "./transaction.ts";
import { formatDate, receivedField } from "./trace.ts";

const date = formatDate(0);
const one: readonly Mailbox[] = [{ localPart: "c", domain: "d.test" }];

interface Case {
  readonly verb?: "HELO" | "EHLO";
  readonly name?: string;
  readonly address?: string;
  readonly forwardPaths?: readonly Mailbox[];
  readonly utf8?: boolean;
  readonly software?: string;
}

function received(from: Case): string {
  const session: Session = {
    id: "s",
    client: { address: from.address ?? "192.0.2.1", port: 1 },
    server: { address: "192.0.2.2", port: 25 },
    hello: { verb: from.verb ?? "EHLO", name: from.name ?? "client.test" },
    trust: untrusted,
    commands: 0,
    failedAttempts: 0,
    refusals: 0,
    transactions: 1,
  };
  const transaction: Transaction = {
    id: "s.1",
    reversePath: null,
    forwardPaths: from.forwardPaths ?? one,
    parameters: from.utf8 === true ? { SMTPUTF8: true } : {},
    refusedRecipients: 0,
  };
  return receivedField({ session, transaction, hostname: "mx.test", software: from.software ?? "qpsmtpd", date });
}

const whole = "Received: from client.test ([192.0.2.1])\r\n" +
  "\tby mx.test (qpsmtpd) with ESMTP id s.1\r\n" +
  "\tfor <c@d.test>;\r\n" +
  "\tThu, 01 Jan 1970 00:00:00 +0000\r\n";

const rows: readonly (readonly [title: string, from: Case, field: string])[] = [
  ["the whole field", {}, whole],
  ["HELO is SMTP: RFC 3848", { verb: "HELO" }, whole.replace("ESMTP", "SMTP")],
  ["SMTPUTF8 is UTF8SMTP: RFC 6531 §4.3", { utf8: true }, whole.replace("ESMTP", "UTF8SMTP")],
  [
    "several recipients are not shown to each other",
    { forwardPaths: [...one, ...one] },
    whole.replace("\r\n\tfor <c@d.test>", ""),
  ],
  [
    "a quoted recipient",
    { forwardPaths: [{ localPart: 'a>"b', domain: "d.test" }] },
    whole.replace("c@d", '"a>\\"b"@d'),
  ],
  [
    "<postmaster>",
    { forwardPaths: [{ localPart: "postmaster", domain: "" }] },
    whole.replace("c@d.test", "postmaster"),
  ],
  ["IPv6 has its tag", { address: "2001:db8::1" }, whole.replace("192.0.2.1", "IPv6:2001:db8::1")],
  ["a literal as name", { name: "[IPv6:2001:db8::1]" }, whole.replace("client.test", "[IPv6:2001:db8::1]")],
  ["comments", { name: "a(b)c)(" }, whole.replace("client.test", "a?b?c??")],
  ["CR LF", { name: "a\r\nX-Spam: no\r\n" }, whole.replace("client.test", "a??X-Spam??no??")],
  ["folding white space", { name: "a\r\n\tb" }, whole.replace("client.test", "a???b")],
  ["8 bit", { name: "b\u00fccher.test\u{1f600}" }, whole.replace("client.test", "b?cher.test?")],
  ["NUL and escapes", { name: "\0\x1b[2J" }, whole.replace("client.test", "???2J")],
  ["quotes, semicolon, brackets, backslash", { name: '";\\<a@b>[1]' }, whole.replace("client.test", "????a?b??1?")],
  ["a literal with other characters", { name: "[x:(y)]" }, whole.replace("client.test", "?x??y??")],
  ["an empty name", { name: "" }, whole.replace("client.test", "unknown")],
  ["very long", { name: "a".repeat(5000) }, whole.replace("client.test", "a".repeat(255))],
  ["an odd address", { address: "fe80::1%eth0)" }, whole.replace("192.0.2.1", "IPv6:fe80::1?e??0?")],
  ["odd software", { software: "x)\r\ny(" }, whole.replace("(qpsmtpd)", "(x???y?)")],
];

for (const [title, from, field] of rows) {
  test(title, () => {
    equal(received(from), field);
    for (const line of field.slice(0, -2).split("\r\n").slice(1)) match(line, /^\t[ -~]+$/);
    ok(field.split("\r\n").every((line) => line.length <= 998)); // RFC 5322 §2.1.1
  });
}

test("dates agree with Date over 400 years and all times of the day", () => {
  for (let n = -2000; n < 6000; n++) {
    const ms = n * 1_577_847_123 + n; // about 18 days and an odd time apart
    // "Thu, 01 Jan 1970 00:00:00 GMT"
    equal(formatDate(ms), new Date(ms).toUTCString().replace("GMT", "+0000"));
  }
});

const dates: readonly (readonly [ms: number, offset: number, text: string])[] = [
  [951_782_399_999, 0, "Mon, 28 Feb 2000 23:59:59 +0000"],
  [951_782_400_000, 0, "Tue, 29 Feb 2000 00:00:00 +0000"],
  [951_782_400_000, -1, "Mon, 28 Feb 2000 23:59:00 -0001"],
  [951_782_400_000, 330, "Tue, 29 Feb 2000 05:30:00 +0530"],
  [951_782_400_000, -570, "Mon, 28 Feb 2000 14:30:00 -0930"],
  [1_767_225_599_000, 60, "Thu, 01 Jan 2026 00:59:59 +0100"],
];

for (const [ms, offset, text] of dates) {
  test(`${ms} at ${offset} minutes is ${text}`, () => equal(formatDate(ms, offset), text));
}
