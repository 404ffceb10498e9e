// Replies of other servers, good and bad.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { type ParsedReply, ReplyParser } from "./reply_parser.ts";
import { formatReply } from "./reply.ts";

function parse(text: string, chunkLength: number = text.length): ParsedReply[] {
  const parser = new ReplyParser();
  const found: ParsedReply[] = [];
  for (let at = 0; at < text.length; at += chunkLength) {
    parser.push(new TextEncoder().encode(text.slice(at, at + chunkLength)));
    for (let next = parser.next(); next !== undefined; next = parser.next()) {
      found.push(next);
      if (next.kind === "malformed") return found;
    }
  }
  return found;
}

function reply(code: number, status: string | undefined, ...lines: readonly string[]): ParsedReply {
  return status === undefined ? { kind: "reply", code, lines } : { kind: "reply", code, status, lines };
}

const malformed: ParsedReply = { kind: "malformed" };

const rows: readonly (readonly [text: string, replies: readonly ParsedReply[]])[] = [
  ["220 mx ready\r\n", [reply(220, undefined, "mx ready")]],
  ["250-mx\r\n250-PIPELINING\r\n250 SIZE 1\r\n", [reply(250, undefined, "mx", "PIPELINING", "SIZE 1")]],
  ["550 5.1.1 No such user\r\n", [reply(550, "5.1.1", "No such user")]],
  ["550-5.1.1 No\r\n550 5.1.1 such\r\n", [reply(550, "5.1.1", "No", "such")]],
  ["550-5.1.1 No\r\n550 such\r\n", [reply(550, undefined, "5.1.1 No", "such")]],
  ["250 5.1.1 a status of another class is text\r\n", [
    reply(250, undefined, "5.1.1 a status of another class is text"),
  ]],
  ["250\r\n250 2.0.0\r\n", [reply(250, undefined, ""), reply(250, "2.0.0", "")]],
  ["250 ok\r\n354 go\r\n", [reply(250, undefined, "ok"), reply(354, undefined, "go")]],
  ["250-a\r\n", []],
  ["250 a", []],
  ["250-a\r\n251 b\r\n", [malformed]],
  ["250 a\n", [malformed]],
  ["250 a\rb\r\n", [malformed]],
  ["HTTP/1.1 400\r\n", [malformed]],
  ["\r\n", [malformed]],
  ["150 x\r\n", [malformed]],
  ["2500 x\r\n", [malformed]],
  ["661 x\r\n", [malformed]],
];

for (const [text, replies] of rows) {
  test(`${JSON.stringify(text)}, whole and in chunks`, () => {
    for (const length of [text.length, 1, 2, 3, 7]) deepEqual(parse(text, length), replies);
  });
}

test("a reply without end is malformed: lines, octets of one line, octets of all", () => {
  equal(parse("250-x\r\n".repeat(199) + "250 x\r\n")[0]?.kind, "reply");
  deepEqual(parse("250-x\r\n".repeat(250)), [malformed]);
  deepEqual(parse(`250 ${"x".repeat(70_000)}`), [malformed]);
  deepEqual(parse(`250 ${"x".repeat(70_000)}`, 1000), [malformed]);
  deepEqual(parse(`250-${"x".repeat(1000)}\r\n`.repeat(100), 1000), [malformed]);
});

test("the bound is for one reply, not for all of a connection", () => {
  equal(parse(`250 ${"x".repeat(1000)}\r\n`.repeat(200)).length, 200);
});

test("once malformed it stays malformed, and keeps nothing", () => {
  const parser = new ReplyParser();
  parser.push(new TextEncoder().encode("nonsense\r\n250 ok\r\n"));
  deepEqual(parser.next(), malformed);
  parser.push(new TextEncoder().encode("250 ok\r\n"));
  deepEqual(parser.next(), malformed);
});

test("reads what formatReply writes", () => {
  deepEqual(parse(formatReply({ code: 451, status: "4.3.0", lines: ["a", "", "b"] })), [
    reply(451, "4.3.0", "a", "", "b"),
  ]);
});
