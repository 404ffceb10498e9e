// BDAT content: no dots, the same policy for bare CR and LF, binary content untouched. RFC 3030 §2, §3.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { ChunkDecoder } from "./chunk_decoder.ts";
import type { BareLines } from "./session.ts";

const rows: readonly (readonly [BareLines, binary: boolean, data: string, content: string, broken: boolean])[] = [
  ["reject", false, ".a\r\n.\r\n..b\r\n", ".a\r\n.\r\n..b\r\n", false],
  ["reject", false, "a\nb\r\n", "a\nb\r\n", true],
  ["reject", false, "a\rb\r\n", "a\rb\r\n", true],
  ["reject", false, "a\r", "a\r", true],
  ["reject", false, "a\r\r\n", "a\r\r\n", true],
  ["reject", false, "no line end", "no line end", false],
  ["reject", true, "a\nb\rc\0\r", "a\nb\rc\0\r", false],
  ["normalize", false, "\na\nb\r\n\n", "\r\na\r\nb\r\n\r\n", false],
  ["normalize", false, "a\n.\nb", "a\r\n.\r\nb", false],
  ["normalize", false, "a\rb\n", "a\rb\r\n", true],
  ["normalize", true, "a\nb", "a\nb", false],
  ["allow", false, "a\nb\rc", "a\nb\rc", false],
];

for (const [policy, binary, data, content, broken] of rows) {
  test(`${policy}${binary ? ", binary" : ""}: ${JSON.stringify(data)} in any chunks`, () => {
    const octets = Uint8Array.from(data, (character) => character.charCodeAt(0));
    for (let cut = 0; cut <= octets.length; cut++) {
      const decoder = new ChunkDecoder(policy, binary);
      const pieces = [octets.subarray(0, cut), octets.subarray(cut)].flatMap((chunk) => decoder.push(chunk));
      decoder.finish();
      equal(pieces.map((piece) => String.fromCharCode(...piece)).join(""), content);
      equal(decoder.broken, broken);
    }
  });
}
