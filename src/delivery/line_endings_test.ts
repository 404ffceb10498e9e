// CRLF to LF.

import assert from "node:assert/strict";
import test from "node:test";
import { collect } from "../../test/support/spooled.ts";
import { withLineFeeds } from "./line_endings.ts";

test("every CRLF becomes LF and nothing else changes, on all strings of {CR, LF, a} up to length 6, cut anywhere", async () => {
  let strings = [""];
  for (let length = 0; length <= 6; length++) {
    for (const text of strings) {
      for (let cut = 0; cut <= text.length; cut++) {
        const pieces = [Buffer.from(text.slice(0, cut)), Buffer.from(text.slice(cut))];
        const converted = await collect(withLineFeeds(pieces));
        assert.equal(String(converted), text.replaceAll("\r\n", "\n"), JSON.stringify([text, cut]));
      }
    }
    strings = strings.flatMap((text) => ["\r", "\n", "a"].map((next) => text + next));
  }
});
