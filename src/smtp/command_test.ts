// From a line to a command.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { workTime } from "../../test/support/own_time.ts";
import { type Command, isOverlong, parseCommand, type Verb } from "./command.ts";

const mailbox = { localPart: "a", domain: "b.example" };
const mail = { verb: "MAIL", reversePath: mailbox, parameters: {}, utf8: false } as const;
const rcpt = { verb: "RCPT", forwardPath: mailbox, parameters: {}, utf8: false } as const;

const understood: readonly (readonly [line: string, command: Command])[] = [
  ["EHLO client.example", { verb: "EHLO", name: "client.example" }],
  ["helo client.example", { verb: "HELO", name: "client.example" }],
  ["EHLO [192.0.2.1]", { verb: "EHLO", name: "[192.0.2.1]" }],
  ["EHLO [IPv6:2001:db8::1]", { verb: "EHLO", name: "[IPv6:2001:db8::1]" }],
  ["HELO localhost", { verb: "HELO", name: "localhost" }],
  ["EHLO odd_name!(x)", { verb: "EHLO", name: "odd_name!(x)" }],
  ["EHLO b\u00fccher.example", { verb: "EHLO", name: "b\u00fccher.example" }],
  ["EHLO client.example \t ", { verb: "EHLO", name: "client.example" }],
  ["MAIL FROM:<a@b.example>", mail],
  ["mail from:<a@b.example>", mail],
  ["MAIL FROM: <a@b.example>", mail],
  ["MAIL FROM:<a@b.example>  ", mail],
  ["MAIL FROM:<>", { ...mail, reversePath: null }],
  ["MAIL FROM:<> SIZE=10", { ...mail, reversePath: null, parameters: { SIZE: "10" } }],
  ["MAIL FROM:<a@b.example> SIZE=10 BODY=8BITMIME", { ...mail, parameters: { SIZE: "10", BODY: "8BITMIME" } }],
  ["MAIL FROM:<\u00e9@b.example>", { ...mail, reversePath: { localPart: "\u00e9", domain: "b.example" }, utf8: true }],
  ["RCPT TO:<a@b.example>", rcpt],
  ["rcpt to: <a@b.example>", rcpt],
  ["RCPT TO:<Postmaster>", { ...rcpt, forwardPath: { localPart: "Postmaster", domain: "" } }],
  ["DATA", { verb: "DATA" }],
  ["data ", { verb: "DATA" }],
  ["RSET", { verb: "RSET" }],
  ["quit", { verb: "QUIT" }],
  ["NOOP", { verb: "NOOP", argument: "" }],
  ["NOOP some words ", { verb: "NOOP", argument: "some words" }],
  ["HELP MAIL", { verb: "HELP", argument: "MAIL" }],
  ["VRFY <foo@bar>", { verb: "VRFY", argument: "<foo@bar>" }],
  ["", { verb: "unrecognized", word: "", argument: "" }],
  ["nonsense", { verb: "unrecognized", word: "nonsense", argument: "" }],
  ["EXPN list", { verb: "unrecognized", word: "EXPN", argument: "list" }],
  ["starttls", { verb: "STARTTLS" }],
  ["STARTTL", { verb: "unrecognized", word: "STARTTL", argument: "" }],
  ["LHLO c.test", { verb: "LHLO", name: "c.test" }],
  ["AUTH plain", { verb: "AUTH", mechanism: "PLAIN" }],
  ["AUTH SCRAM-SHA-256 =", { verb: "AUTH", mechanism: "SCRAM-SHA-256", initial: "=" }],
  ["BDAT 86 LAST", { verb: "BDAT", octets: 86, last: true }],
  ["bdat 0 last", { verb: "BDAT", octets: 0, last: true }],
  ["BDAT 1000000", { verb: "BDAT", octets: 1_000_000, last: false }],
  ["GET / HTTP/1.1", { verb: "unrecognized", word: "GET", argument: "/ HTTP/1.1" }],
  [" NOOP", { verb: "unrecognized", word: "", argument: "NOOP" }],
  ["NOOP\tx", { verb: "unrecognized", word: "NOOP\tx", argument: "" }],
  ["R\u017fET", { verb: "unrecognized", word: "R\u017fET", argument: "" }],
  ["__proto__", { verb: "unrecognized", word: "__proto__", argument: "" }],
  ["constructor", { verb: "unrecognized", word: "constructor", argument: "" }],
];

for (const [line, command] of understood) {
  test(`understood: ${JSON.stringify(line)}`, () => deepEqual(parseCommand(line), command));
}

const malformed: readonly (readonly [line: string, of: Verb, code: number, status: string | undefined])[] = [
  ["EHLO", "EHLO", 501, undefined],
  ["HELO ", "HELO", 501, undefined],
  ["EHLO two words", "EHLO", 501, undefined],
  ["EHLO a\u001b[31m", "EHLO", 501, undefined],
  ["EHLO a\u202eb", "EHLO", 501, undefined],
  [`EHLO ${"a".repeat(256)}`, "EHLO", 501, undefined],
  ["MAIL", "MAIL", 501, "5.5.4"],
  ["MAIL FROM", "MAIL", 501, "5.5.4"],
  ["MAIL TO:<a@b.example>", "MAIL", 501, "5.5.4"],
  ["MAIL FROM <a@b.example>", "MAIL", 501, "5.5.4"],
  ["MAIL  FROM:<a@b.example>", "MAIL", 501, "5.5.4"],
  ["MAIL FROM:", "MAIL", 501, "5.1.7"],
  ["MAIL FROM:  <a@b.example>", "MAIL", 501, "5.1.7"],
  ["MAIL FROM:a@b.example", "MAIL", 501, "5.1.7"],
  ["MAIL FROM:<postmaster>", "MAIL", 501, "5.1.7"],
  ["MAIL FROM:<a@b.example>SIZE=1", "MAIL", 501, "5.5.4"],
  ["MAIL FROM:<a@b.example>b>", "MAIL", 501, "5.5.4"],
  ["MAIL FROM:<>>", "MAIL", 501, "5.5.4"],
  ["MAIL FROM:<a@b.example>\tSIZE=1", "MAIL", 501, "5.5.4"],
  ["MAIL FROM:<a@b.example> SIZE=x", "MAIL", 501, "5.5.4"],
  ["MAIL FROM:<a@b.example> FOO=1", "MAIL", 555, "5.5.4"],
  ["MAIL FROM:<a;id>/tmp/x@b.example>", "MAIL", 501, "5.1.7"],
  ["RCPT", "RCPT", 501, "5.5.4"],
  ["RCPT FROM:<a@b.example>", "RCPT", 501, "5.5.4"],
  ["RCPT TO:<a@b.example>b>", "RCPT", 501, "5.5.4"],
  ["RCPT TO:<a@b.example>NOTIFY=NEVER", "RCPT", 501, "5.5.4"],
  ["RCPT TO:<>", "RCPT", 501, "5.1.3"],
  ["RCPT TO:<abuse>", "RCPT", 501, "5.1.3"],
  ["RCPT TO:postmaster", "RCPT", 501, "5.1.3"],
  ["RCPT TO:<u@a;b>", "RCPT", 501, "5.1.3"],
  ["RCPT TO:</../../etc@b.example.>", "RCPT", 501, "5.1.3"],
  ["DATA now", "DATA", 501, "5.5.4"],
  ["STARTTLS now", "STARTTLS", 501, "5.5.4"],
  ["LHLO", "LHLO", 501, undefined],
  ["AUTH", "AUTH", 501, "5.5.4"],
  ["AUTH PLAIN a b", "AUTH", 501, "5.5.4"],
  ["AUTH PL/IN", "AUTH", 501, "5.5.4"],
  ["BDAT", "BDAT", 501, "5.5.4"],
  ["BDAT -1", "BDAT", 501, "5.5.4"],
  ["BDAT 0x10", "BDAT", 501, "5.5.4"],
  ["BDAT 10 LASTLY", "BDAT", 501, "5.5.4"],
  ["BDAT 99999999999999999999 LAST", "BDAT", 501, "5.5.4"],
  ["RSET x", "RSET", 501, "5.5.4"],
  ["QUIT x", "QUIT", 501, "5.5.4"],
  ["VRFY", "VRFY", 501, "5.5.4"],
];

for (const [line, of, code, status] of malformed) {
  test(`malformed: ${JSON.stringify(line).slice(0, 60)} is answered ${code} ${status}`, () => {
    const command = parseCommand(line);
    equal(command.verb, "malformed");
    if (command.verb !== "malformed") return;
    deepEqual([command.of, command.reply.code, command.reply.status], [of, code, status]);
  });
}

test("a line beyond 2046 octets is no command, but AUTH may carry a token", () => {
  equal(isOverlong(`NOOP ${"a".repeat(2041)}`), false);
  equal(isOverlong(`NOOP ${"a".repeat(2042)}`), true);
  equal(isOverlong(`auth XOAUTH2 ${"a".repeat(12_000)}`), false);
});

test("a long run of spaces costs no more than its length", () => {
  const took = workTime(() => {
    for (let n = 0; n < 20; n++) parseCommand(`NOOP ${" ".repeat(12_000)}x`);
  });
  ok(took < 100, `${took} ms`);
});
