// Content to mail data and back.

import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { DataDecoder } from "./data_decoder.ts";
import { DotStuffer } from "./stuff_dots.ts";

function stuff(chunks: readonly string[]): string {
  const stuffer = new DotStuffer();
  let wire = "";
  for (const chunk of chunks) {
    for (const piece of stuffer.push(new TextEncoder().encode(chunk))) wire += new TextDecoder().decode(piece);
  }
  return wire + new TextDecoder().decode(stuffer.end());
}

const rows: readonly (readonly [content: string, wire: string])[] = [
  ["", ".\r\n"],
  ["a\r\n", "a\r\n.\r\n"],
  ["a", "a\r\n.\r\n"],
  [".", "..\r\n.\r\n"],
  [".\r\n", "..\r\n.\r\n"],
  ["..a\r\n.b\r\nc.\r\n", "...a\r\n..b\r\nc.\r\n.\r\n"],
  ["a\r\n\r\n", "a\r\n\r\n.\r\n"],
  ["a\n.b\r.c\r\n", "a\n.b\r.c\r\n.\r\n"], // whoever receives it takes no dot away there
  ["a.b..c\r\n", "a.b..c\r\n.\r\n"],
];

for (const [content, wire] of rows) {
  test(`${JSON.stringify(content)} goes out as ${JSON.stringify(wire)}, in every chunking`, () => {
    equal(stuff([content]), wire);
    equal(stuff([...content]), wire);
    for (let cut = 0; cut <= content.length; cut++) equal(stuff([content.slice(0, cut), content.slice(cut)]), wire);
  });
}

test("content of nothing but dots leaves in few pieces, and comes back", () => {
  const content = ".\r\n".repeat(10_000);
  const pieces = new DotStuffer().push(new TextEncoder().encode(content));
  ok(pieces.length < 40, String(pieces.length));
  equal(pieces.map((piece) => new TextDecoder().decode(piece)).join(""), "..\r\n".repeat(10_000));
});

test("whatever was stuffed is decoded to the same content", () => {
  const lines = ["", ".", "..", "a", ".a", "a.", "\0", "é"];
  for (let n = 0; n < lines.length ** 3; n++) {
    const three = [n % 8, (n >> 3) % 8, n >> 6].map((i) => `${lines[i]}\r\n`);
    const wire = stuff(three);
    const decoder = new DataDecoder();
    const { pieces, rest } = decoder.push(new TextEncoder().encode(`${wire}QUIT`));
    let content = "";
    for (const piece of pieces) content += new TextDecoder().decode(piece);
    equal(content, three.join(""));
    equal(new TextDecoder().decode(rest), "QUIT");
    equal(decoder.broken, false);
  }
});
