// SMTP smuggling: whatever looks like the end of mail data and is not hides no second message. RFC 5321 §4.1.1.4.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DataDecoder } from "../../src/smtp/data_decoder.ts";
import { type BareLines, untrusted } from "../../src/smtp/session.ts";
import { acceptAll } from "../support/native_plugin.ts";
import { OctetClient } from "../support/octet_client.ts";
import { type Served, type Serving, serving } from "../support/served.ts";
import { written } from "../support/transcript_octets.ts";
import { singly } from "./cuts.ts";

/** What some server has taken for the end of mail data, or might. Only CRLF.CRLF is. */
const bareEnds: readonly string[] = [
  "\n.\n",
  "\n.\r\n",
  "\r.\r",
  "\r.\r\n",
  "\r.\n",
  "\n.\r",
  "\r\n.\r",
  "\r\n.\n",
  "\r\n.\r\r\n",
  "\r\r\n.\r\r\n",
  "\n\r.\n\r",
  "\r\n.\r\0\n",
  "\n\0.\n",
  "\n.\n\n",
  "\r\n\r.\r\n",
  "\n\n.\r\n",
];

/** The same without a bare CR or LF: content like any other. */
const harmlessEnds: readonly string[] = [
  "\r\n\0.\r\n",
  "\r\n.\0\r\n",
  "\r\n..\r\n",
  "\r\n. \r\n",
  "\r\n .\r\n",
  "\r\n.\t\r\n",
  "\x85.\x85",
  "\xe2\x80\xa8.\xe2\x80\xa8",
  "\x0b.\x0b",
  "\x0c.\x0c",
  "\r\n\xef\xbb\xbf.\r\n",
  "\r\n\xef\xbc\x8e\r\n",
];

/** Where in the mail data it stands. */
const positions: { readonly [name: string]: (end: string) => string } = {
  "at the beginning": (end) => `${end}${hidden}`,
  "in the header section": (end) => `Subject: harmless${end}${hidden}`,
  "in the body": (end) => `Subject: harmless\r\n\r\ntext${end}${hidden}`,
};

const hidden = "MAIL FROM:<admin@example.net>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nSubject: smuggled\r\n\r\nx";

/** How the client is answered; with what is delivered if the message is taken, else it is the last word. */
interface Fate {
  readonly reply: RegExp;
  readonly content?: string;
}

const broken: Fate = { reply: /^550 5\.5\.2 Message refused: / };
const nul: Fate = { reply: /^550 5\.6\.0 Message refused: / };

function taken(content: string): Fate {
  return { reply: /^250 2\.0\.0 Queued as \S+$/, content: `${content}\r\n` };
}

/** What becomes of mail data by the policy for bare lines. Without its final CRLF.CRLF. */
const fates: { readonly [P in BareLines]: (mailData: string) => Fate } = {
  reject: (data) => hasBare(data) ? broken : hasNul(data) ? nul : taken(unstuffed(data)),
  // A bare CR is nothing that could be made good.
  normalize: (data) => /\r(?!\n)/.test(data) ? broken : hasNul(data) ? nul : taken(normalized(data)),
  allow: (data) => taken(unstuffed(data)),
};

const policies = ["reject", "normalize", "allow"] as const;

function servedWith(bareLines: BareLines): Serving {
  return { plugins: [acceptAll], manners: { trustOf: () => ({ ...untrusted, bareLines }) } };
}

function hasNul(mailData: string): boolean {
  return mailData.includes("\0");
}

function hasBare(mailData: string): boolean {
  return /\r(?!\n)|(?<!\r)\n/.test(mailData);
}

/** As RFC 5321 §4.5.2 has it: the dot that begins a line is not content, but only CRLF ends a line. */
function unstuffed(mailData: string): string {
  return mailData.replace(/(^|\r\n)\./g, "$1");
}

/** A bare LF ends a line too, but a lone dot on such a line is content. */
function normalized(mailData: string): string {
  return mailData.split(/\r?\n/).map((line) => line === "." ? line : line.replace(/^\./, "")).join("\r\n");
}

const ends = [...bareEnds, ...harmlessEnds];

/** Calls back with every end in every place, in one piece and with every octet of the end on its own. */
async function everywhere(judge: (pieces: readonly string[], mailData: string) => Promise<void> | void): Promise<void> {
  for (const end of ends) {
    for (const [place, dataWith] of Object.entries(positions)) {
      const mailData = dataWith(end);
      const before = mailData.slice(0, -hidden.length - end.length);
      for (const pieces of [[mailData], [before, ...singly(end), hidden]]) {
        try {
          await judge(pieces, mailData);
        } catch (error) {
          throw new Error(`${written(end)} ${place}: ${error instanceof Error ? error.message : error}`);
        }
      }
    }
  }
}

for (const policy of policies) {
  test(`${policy}: ${ends.length} ends that are none do not end what is decoded`, async () => {
    await everywhere((pieces, mailData) => {
      const decoder = new DataDecoder(policy);
      let content = "";
      let rest: string | undefined;
      for (const piece of [...pieces, "\r\n.\r\nQUIT\r\n"]) {
        assert.equal(rest, undefined, "the end was seen too early");
        const decoded = decoder.push(Buffer.from(piece, "latin1"));
        for (const part of decoded.pieces) content += Buffer.from(part).toString("latin1");
        if (decoded.rest !== undefined) rest = Buffer.from(decoded.rest).toString("latin1");
      }
      const fate = fates[policy](mailData);
      assert.equal(rest, "QUIT\r\n");
      assert.equal(decoder.broken, fate === broken);
      assert.ok(decoder.broken || decoder.nul === (fate === nul));
      if (fate.content !== undefined) assert.equal(content, fate.content);
    });
  });
}

for (const policy of policies) {
  test(`${policy}: ${ends.length} ends that are none hide no command and no second message`, async () => {
    await serving(servedWith(policy), async (server) => {
      await everywhere((pieces, mailData) => tryOnce(server, pieces, fates[policy](mailData)));
    });
  });
}

/** One reply to the message, one to QUIT unless it was the last: anything else is a command that was smuggled. */
async function tryOnce(server: Served, pieces: readonly string[], fate: Fate): Promise<void> {
  const before = server.delivered.length;
  const client = await OctetClient.connect(server.port);
  try {
    for (const line of ["", "EHLO client.test", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA"]) {
      if (line !== "") client.send(`${line}\r\n`);
      while ((await client.line())[3] === "-");
    }
    await client.sendCut([...pieces, "\r\n.\r\nQUIT\r\n"]);
    assert.match(await client.line(), fate.reply);
    if (fate.content !== undefined) assert.match(await client.line(), /^221 /);
    assert.equal(await client.line(), "closed");
  } finally {
    client.destroy();
  }
  const delivered = server.delivered.slice(before);
  assert.equal(delivered.length, fate.content === undefined ? 0 : 1, "messages delivered");
  const [only] = delivered;
  if (only === undefined || fate.content === undefined) return;
  assert.deepEqual(only.envelope.forwardPaths.map(({ localPart }) => localPart), ["b"]);
  assert.equal(only.text.replace(/^Received:[^\n]*\n(?:[ \t][^\n]*\n)*/, ""), fate.content);
}
