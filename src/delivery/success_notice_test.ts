// Notifications of success for next servers that send none. RFC 3461 §5.2.2, RFC 3464.

import assert from "node:assert/strict";
import test from "node:test";
import type { Parameters } from "../../sdk/contract/event.ts";
import { deliver, type Forwarding, withPeer } from "../../test/support/forwarding.ts";
import type { Script, ScriptedPeer } from "../../test/support/scripted_peer.ts";
import { collect, mailbox, type MessageParts, spooledMessage } from "../../test/support/spooled.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import type { ForwardPath } from "../smtp/transaction.ts";
import { openSpool } from "../spool/file_spool.ts";
import type { Delivered } from "./delivery.ts";
import { recipientsToNotify, successNotice } from "./success_notice.ts";

function path(address: string, parameters: Parameters): ForwardPath {
  return { ...mailbox(address), parameters };
}

async function notice(parts: Partial<MessageParts>, action: "relayed" | "delivered" = "relayed"): Promise<string> {
  const opened = await openSpool(temporaryFolder());
  if (opened.kind !== "spool") throw new Error(opened.message);
  const spooled = await spooledMessage(opened.spool, { content: "Subject: x\r\n\r\nbody\r\n", ...parts });
  const message = { ...spooled, id: "7.1" };
  const composed = successNotice(message, message.envelope.forwardPaths, { action, hostname: "mx.test", now: 0 });
  assert.deepEqual([composed.envelope.reversePath, composed.size], [null, (await collect(composed.pieces())).length]);
  return `${JSON.stringify(composed.envelope)}\n${await collect(composed.pieces())}`;
}

test("a notice is a multipart/report with the recipients' fates and the header section", async () => {
  const forwardPaths = [
    path("b@server.test", { NOTIFY: "SUCCESS", ORCPT: "rfc822;Bob+2Bx@server.test" }),
    path("c@server.test", { NOTIFY: "SUCCESS" }),
  ];
  const text = await notice({ parameters: { ENVID: "a+20b" }, forwardPaths, trace: "Received: here\r\n" });
  const [envelope, ...lines] = text.split(/\r?\n/);
  assert.deepEqual(JSON.parse(envelope ?? ""), {
    reversePath: null,
    forwardPaths: [mailbox("a@client.test")],
    parameters: {},
  });
  assert.deepEqual(lines, [
    "From: Mail Delivery System <MAILER-DAEMON@mx.test>",
    "To: <a@client.test>",
    "Subject: Your message was relayed",
    "Date: Thu, 01 Jan 1970 00:00:00 +0000",
    "Message-ID: <7.1.notice@mx.test>",
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    "Content-Type: multipart/report; report-type=delivery-status;",
    '\tboundary="=_7_1"',
    "",
    "--=_7_1",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "This is the mail server mx.test.",
    "",
    "Your message was handed to a mail server that does not notify of delivery, for:",
    "",
    "    <b@server.test>",
    "    <c@server.test>",
    "",
    "--=_7_1",
    "Content-Type: message/delivery-status",
    "",
    "Original-Envelope-Id: a b",
    "Reporting-MTA: dns;mx.test",
    "",
    "Original-Recipient: rfc822;Bob+x@server.test",
    "Final-Recipient: rfc822;b@server.test",
    "Action: relayed",
    "Status: 2.0.0",
    "",
    "Final-Recipient: rfc822;c@server.test",
    "Action: relayed",
    "Status: 2.0.0",
    "",
    "--=_7_1",
    "Content-Type: text/rfc822-headers",
    "",
    "Received: here",
    "Subject: x",
    "",
    "--=_7_1--",
    "",
  ]);
});

const details: readonly (readonly [
  title: string,
  parts: Partial<MessageParts>,
  has: RegExp,
  lacks: RegExp,
  action?: "delivered",
])[] = [
  ["LMTP delivers", {}, /^Action: delivered\r\n/m, /relayed|handed/, "delivered"],
  [
    "UTF-8 addresses are ASCII in the status. RFC 6533 §4",
    {
      forwardPaths: [path("ü@server.test", { ORCPT: "utf-8;ü@x" })],
    },
    /^Original-Recipient: utf-8;\\x\{FC\}@x\r\nFinal-Recipient: utf-8;\\x\{FC\}@server\.test\r\n/m,
    /Recipient.*ü/,
  ],
  ["one to a UTF-8 address needs SMTPUTF8", { reversePath: mailbox("ü@client.test") }, /"SMTPUTF8":true/, /REQUIRETLS/],
  [
    "what required TLS still does, and nothing of it is shown. RFC 8689 §5",
    {
      parameters: { REQUIRETLS: true },
    },
    /"REQUIRETLS":true/,
    /Subject: x|rfc822-headers/,
  ],
  ["header fields that are not ASCII stay here", { content: "Subject: \xfc\r\n\r\n" }, /Action/, /rfc822-headers/],
  ["and those that are too many", { content: `${"A: b\r\n".repeat(6000)}\r\n` }, /Action/, /rfc822-headers/],
  [
    "an envelope id that makes no field is left out",
    {
      parameters: { ENVID: "a+0D+0AX-Y:+20z" },
    },
    /Reporting-MTA/,
    /Original-Envelope-Id|X-Y/,
  ],
];

for (const [title, parts, has, lacks, action] of details) {
  test(`notice: ${title}`, async () => {
    const text = await notice(parts, action);
    assert.match(text, has);
    assert.doesNotMatch(text, lacks);
  });
}

const taken: Delivered = { kind: "taken" };
const refused: Delivered = { kind: "refused", code: 550, text: ["no"] };
const asks = path("b@x.test", { NOTIFY: "FAILURE,SUCCESS" });
const asksNot = path("c@x.test", { NOTIFY: "FAILURE" });
const mute = mailbox("d@x.test");

const whom: readonly (readonly [
  title: string,
  delivered: Delivered,
  paths: readonly ForwardPath[],
  told: readonly ForwardPath[],
])[] = [
  ["those who asked", taken, [asks, asksNot, mute], [asks]],
  ["nobody whose message was refused", refused, [asks], []],
  ["each by what became of it", { kind: "each", results: [refused, taken, taken] }, [asks, asksNot, asks], [asks]],
  ["nobody who wants none", taken, [path("b@x.test", { NOTIFY: "NEVER" })], []],
];

for (const [title, delivered, forwardPaths, told] of whom) {
  test(`notified of success: ${title}`, async () => {
    const opened = await openSpool(temporaryFolder());
    if (opened.kind !== "spool") throw new Error(opened.message);
    const message = await spooledMessage(opened.spool, { content: "\r\n", forwardPaths });
    assert.deepEqual(recipientsToNotify(message, delivered), told);
    const bounce = { ...message, envelope: { ...message.envelope, reversePath: null } };
    assert.deepEqual(recipientsToNotify(bounce, delivered), [], "the null reverse-path gets no notice");
  });
}

async function sent(script: Script, parts: Partial<MessageParts>, options: Forwarding = {}): Promise<ScriptedPeer> {
  const logged: string[] = [];
  const log: Forwarding["log"] = (level, message, fields) => void logged.push(`${level} ${message} ${fields?.["why"]}`);
  let heard: ScriptedPeer | undefined;
  await withPeer(script, async (peer, delivery) => {
    heard = peer;
    assert.equal((await deliver(delivery, parts)).kind, "taken");
    assert.deepEqual(
      logged,
      script["RCPT TO:<a@"] === undefined ? [] : ["warn notification not sent <a@client.test>: nobody"],
    );
  }, { connections: 1, ...options, log });
  if (heard === undefined) throw new Error("no peer");
  return heard;
}

const asking = { forwardPaths: [path("b@server.test", { NOTIFY: "SUCCESS" })] };
const withoutDsn = { EHLO: "250-peer\r\n250 PIPELINING" };

test("a server without DSN gets the notice as a message of its own, on the same connection", async () => {
  const peer = await sent(withoutDsn, asking);
  assert.deepEqual(peer.heard[0]?.slice(5, 8), ["MAIL FROM:<>", "RCPT TO:<a@client.test>", "DATA"]);
  assert.match(String(peer.contents[1]), /^Action: relayed\r$/m);
});

test("one with DSN notifies itself, and the null reverse-path gets none", async () => {
  assert.equal((await sent({ EHLO: "250-peer\r\n250 DSN" }, asking)).contents.length, 1);
  assert.equal((await sent(withoutDsn, { ...asking, reversePath: null })).contents.length, 1);
});

test("a notice that cannot be sent is logged, and changes no answer", async () => {
  const peer = await sent({ ...withoutDsn, "RCPT TO:<a@": "550 5.1.1 nobody" }, asking);
  assert.equal(peer.contents.length, 1);
});
