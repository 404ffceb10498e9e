// Content never leaves with a CR or an LF that is not part of a CRLF.

import assert from "node:assert/strict";
import test from "node:test";
import { collect } from "../../test/support/spooled.ts";
import { withCleanLines } from "./clean_lines.ts";

/** By hand, one character at a time. */
function cleaned(text: string): string {
  return [...text].map((character, index) => {
    const isBare = character === "\r" ? text[index + 1] !== "\n" : character === "\n" && text[index - 1] !== "\r";
    return isBare ? " " : character;
  }).join("");
}

async function* cutAt(text: string, ...cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts, text.length]) {
    yield Buffer.from(text.slice(from, cut), "latin1");
    from = cut;
  }
}

test("every bare CR and LF becomes a space and nothing else changes: all strings of {CR, LF, a} up to 6, cut anywhere", async () => {
  let texts = [""];
  for (let length = 0; length <= 6; length++) {
    for (const text of texts) {
      for (let cut = 0; cut <= text.length; cut++) {
        const out = await collect(withCleanLines(cutAt(text, cut), "all"));
        assert.equal(out.toString("latin1"), cleaned(text), JSON.stringify([text, cut]));
      }
    }
    texts = texts.flatMap((text) => ["\r", "\n", "a"].map((next) => text + next));
  }
});

test("of binary content only the header section is cleaned, wherever it is cut. RFC 3030 §3", async () => {
  const header = "A: b\rBcc: c\nX\r\nC: d\r\n\r\n";
  const body = "\r\r\n\n\0\xff\n\r\r\n\r\nE: f\rg";
  for (let one = 0; one <= header.length + body.length; one++) {
    for (const two of [one, one + 1, one + 2]) {
      const out = await collect(withCleanLines(cutAt(header + body, one, two), "headerSection"));
      assert.equal(out.toString("latin1"), cleaned(header) + body, JSON.stringify([one, two]));
    }
  }
});
