// Replies on the wire: form, length, and nothing that could be taken for another reply.

import { equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { formatReply, type Reply } from "./reply.ts";
import * as replies from "./replies.ts";

const rows: readonly (readonly [title: string, reply: Reply, wire: string])[] = [
  ["one line", { code: 250, status: "2.0.0", lines: ["OK"] }, "250 2.0.0 OK\r\n"],
  ["no status", { code: 354, lines: ["Go ahead"] }, "354 Go ahead\r\n"],
  [
    "the status stands on every line: RFC 2034 §4",
    { code: 550, status: "5.7.1", lines: ["a", "b", "c"] },
    "550-5.7.1 a\r\n550-5.7.1 b\r\n550 5.7.1 c\r\n",
  ],
  ["no text is one line too", { code: 250, lines: [] }, "250 \r\n"],
  [
    "nothing ends a line or reaches a terminal",
    { code: 550, lines: ["a\r\n250 ok\0\t\x1b[2J\x7f\u00e9\u{1f600}\u2028"] },
    "550 a??250 ok???[2J????\r\n",
  ],
];

for (const [title, reply, wire] of rows) test(title, () => equal(formatReply(reply), wire));

test("lines are at most 512 octets with CRLF, nothing but a space is lost by wrapping", () => {
  for (
    const text of [
      "x".repeat(2000),
      "some words ".repeat(200),
      `${"y".repeat(500)} ${"z".repeat(600)}`,
      "w".repeat(501),
    ]
  ) {
    const lines = formatReply({ code: 550, status: "5.7.1", lines: [text] }).split("\r\n").slice(0, -1);
    ok(lines.every((line) => line.length <= 510));
    for (const [i, line] of lines.entries()) match(line, i < lines.length - 1 ? /^550-5\.7\.1 / : /^550 5\.7\.1 /);
    equal(lines.map((line) => line.slice(10)).join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
  }
  equal(formatReply({ code: 550, status: "5.7.1", lines: ["v".repeat(500)] }).length, 512);
});

test("a reply has at most 100 lines, the last of them ends it", () => {
  for (const lines of [Array.from({ length: 500 }, () => "x"), ["x".repeat(100_000)]]) {
    const wire = formatReply({ code: 250, lines }).split("\r\n").slice(0, -1);
    equal(wire.length, 100);
    match(wire[99] ?? "", /^250 x/);
    match(wire[98] ?? "", /^250-x/);
  }
});

/** Replies of the server itself, made with odd arguments. */
const all: readonly (readonly [name: string, reply: Reply])[] = Object.entries(replies).map(([name, make]) => {
  const make3: (first: never, second: never, third: never) => Reply = make;
  const first = name === "rejected" || name === "nextHopSaidNothing" ? 550 : "mx.test";
  return [name, make3(first as never, (name === "help" ? ["B"] : "b") as never, ["C"] as never)];
});

test("every reply of the server is whole: printable text, a status that agrees, only the allowed ones without", () => {
  const without: string[] = [];
  for (const [name, reply] of all) {
    ok(reply.lines.length > 0, name);
    for (const line of reply.lines) match(line, /^[ -~]+$/, name);
    ok(reply.code >= 214 && reply.code <= 555, name);
    if (reply.status === undefined) without.push(name);
    else match(reply.status, new RegExp(`^${String(reply.code)[0]}\\.\\d\\.\\d{1,2}$`), name);
  }
  // RFC 2034 §4 excepts what stands in place of the greeting and the replies to hellos, and knows no 3xx; the next hop has
  // its own status.
  equal(
    without.join(" "),
    "badHelloName challenge connectionDeferred connectionDenied ehloAccepted greeting helloNeedsName helloNotOffered heloAccepted lmtpGreeting nextHopSaidNothing overloaded startMailData tooManyConnections tooManyFromYou",
  );
});

test("every function of replies.ts makes a reply of its own, or says why it shares one", () => {
  const seen = new Map<string, string>();
  // Two hooks, or a hook and the core, may rightly say the same.
  const shared = new Set(["messageRejected", "messageTooLarge", "messageDeferred"]);
  for (const [name, reply] of all) {
    const wire = formatReply(reply);
    ok(
      !seen.has(wire) || shared.has(name) || shared.has(seen.get(wire) ?? ""),
      `${name} says what ${seen.get(wire)} says`,
    );
    seen.set(wire, name);
  }
});
