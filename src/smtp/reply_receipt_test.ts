// The code that ends a refusal: always there, always whole, never beyond a line.

import { equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { formatReply, type Reply } from "./reply.ts";
import * as replies from "./replies.ts";

const code = "1ke4z8q-7m2px40.1";

const rows: readonly (readonly [title: string, reply: Reply, wire: string])[] = [
  ["a refusal", replies.relayingDenied(), `550 5.7.1 Relaying denied (${code})\r\n`],
  ["a deferral", replies.mailDeferred(), `450 4.7.1 Reverse-path denied for now, try again later (${code})\r\n`],
  ["success has none", replies.done(), "250 2.0.0 OK\r\n"],
  ["a challenge has none", replies.challenge("YQ=="), "334 YQ==\r\n"],
  ["the last line of several", { code: 550, lines: ["a", "b"] }, `550-a\r\n550 b (${code})\r\n`],
  ["no text", { code: 550, lines: [] }, `550 (${code})\r\n`],
];

for (const [title, reply, wire] of rows) test(title, () => equal(formatReply(reply, code), wire));

test("the code is whole at the end of any text, no line has more than 512 octets (RFC 5321 §4.5.3.1.5)", () => {
  const texts = [470, 480, 481, 482, 500, 501, 2000, 100_000].flatMap((
    length,
  ) => ["x".repeat(length), "x ".repeat(length)]);
  for (const lines of [...texts.map((text) => [text]), Array.from({ length: 500 }, () => "x".repeat(505))]) {
    const said = formatReply({ code: 550, status: "5.7.1", lines }, code).split("\r\n").slice(0, -1);
    ok(said.length <= 100);
    for (const line of said) ok(line.length <= 510, `${line.length}`);
    match(said.at(-1) ?? "", /^550 5\.7\.1 (?:.* )?\(1ke4z8q-7m2px40\.1\)$/);
    for (const line of said.slice(0, -1)) match(line, /^550-5\.7\.1 [^(]*$/);
  }
});
