// A message that needs SMTPUTF8 in its envelope and in its header section (RFC 6531, RFC 6532).

import assert from "node:assert/strict";
import { belowTrace } from "../support/front_door.ts";
import { asContent } from "../support/messages.ts";
import { submit } from "../support/submit.ts";
import { delivered, type Pair } from "./sender_promises.ts";
import type { MailServer } from "../support/mail_server.ts";

export const utf8Path = "лев@reader.test";

export function utf8Lines(subject: string): readonly string[] {
  return [
    "From: <author@sender.test>",
    `To: Лев <${utf8Path}>`,
    "Date: Sun, 22 Nov 2026 12:00:00 +0000",
    `Message-ID: <${subject}@sender.test>`,
    `Subject: ${subject}`,
    "X-Greeting: добрый день",
    "",
    "до свидания",
  ];
}

/** Through the other server to the front door; its octets and its forward-path must be what they were. */
export async function utf8Arrives(pair: Pair<MailServer>): Promise<void> {
  const lines = utf8Lines("utf8");
  await submit(pair.server, {
    reversePath: "author@sender.test",
    forwardPaths: [utf8Path],
    parameters: " BODY=8BITMIME SMTPUTF8",
    lines,
  });
  const text = Buffer.from(await delivered(pair, "utf8"), "latin1").toString("utf8");
  assert.equal(belowTrace(text), asContent(lines));
  assert.match(text, /^Delivered-To: лев@reader\.test\r$/m);
  // RFC 6531 §4.3.
  assert.match(text, /^Received: from [^]*?\sby mx\.reader\.test \S+ with UTF8SMTPS?\s/m);
}
