// Forwarding by SMTP: what is said to the next server, and what of its replies the client hears.

import assert from "node:assert/strict";
import test from "node:test";
import { deliveryContract } from "../../test/contract/delivery_contract.ts";
import { deliver, forwardTo, withPeer } from "../../test/support/forwarding.ts";
import { type Script, ScriptedPeer } from "../../test/support/scripted_peer.ts";
import { mailbox, type MessageParts } from "../../test/support/spooled.ts";
import type { Delivered } from "./delivery.ts";

const plain = { EHLO: "502 5.5.1 what?", HELO: "250 hello" };
const taken: Delivered = { kind: "taken", text: "queued as 42" };

/** What the peer unstuffs itself, so that our own decoder cannot hide a fault of our encoder. */
function unstuffed(octets: Buffer): Buffer {
  return Buffer.from(octets.toString("latin1").replace(/^\./, "").replaceAll("\r\n.", "\r\n"), "latin1");
}

deliveryContract("smtp", async () => {
  const peer = await ScriptedPeer.start();
  const delivery = forwardTo(peer.port);
  return {
    delivery,
    received: () => Promise.resolve(peer.contents.map(unstuffed)),
    async stop(): Promise<void> {
      await delivery.close();
      await peer.stop();
    },
  };
});

const hello = ["EHLO me.test"];
const path = ["RCPT TO:<b@server.test>"];
const body = ["DATA", "(content)"];
const utf8 = { reversePath: mailbox("ü@client.test"), parameters: { SMTPUTF8: true } } as const;
const two = { forwardPaths: [mailbox("b@server.test"), mailbox("c@server.test")] };
const twoPaths = [...path, "RCPT TO:<c@server.test>"];

const dialogues: readonly (readonly [
  title: string,
  script: Script,
  parts: Partial<MessageParts>,
  answer: Delivered,
  heard: readonly string[],
])[] = [
  ["all extensions offered, none needed", {}, {}, taken, [
    ...hello,
    "MAIL FROM:<a@client.test> SIZE=20",
    ...path,
    ...body,
  ]],
  ["the null reverse-path", {}, { reversePath: null }, taken, [...hello, "MAIL FROM:<> SIZE=20", ...path, ...body]],
  ["a server without EHLO", plain, {}, taken, [
    ...hello,
    "HELO me.test",
    "MAIL FROM:<a@client.test>",
    ...path,
    ...body,
  ]],
  ["8-bit content is declared", {}, { content: "\r\n\xfc\r\n" }, taken, [
    ...hello,
    "MAIL FROM:<a@client.test> SIZE=5 BODY=8BITMIME",
    ...path,
    ...body,
  ]],
  ["8-bit content to a server that has no 8BITMIME is refused. RFC 6152 §3", plain, { content: "\r\n\xfc\r\n" }, {
    kind: "refused",
    code: 554,
    status: "5.6.3",
    text: ["The next server does not take 8-bit content"],
  }, [...hello, "HELO me.test"]],
  ["UTF-8 addresses go on with SMTPUTF8", {}, utf8, taken, [
    ...hello,
    "MAIL FROM:<ü@client.test> SIZE=20 SMTPUTF8",
    ...path,
    ...body,
  ]],
  ["UTF-8 addresses that a plugin put there too", {}, { reversePath: mailbox("ü@client.test") }, taken, [
    ...hello,
    "MAIL FROM:<ü@client.test> SIZE=20 SMTPUTF8",
    ...path,
    ...body,
  ]],
  ["UTF-8 addresses to a server without it are refused. RFC 6531 §3.5", plain, utf8, {
    kind: "refused",
    code: 553,
    status: "5.6.7",
    text: ["The next server does not take UTF-8 addresses"],
  }, [...hello, "HELO me.test"]],
  [
    "UTF-8 fields to a server without SMTPUTF8 are refused, original ones as well as edited ones",
    {
      EHLO: "250-peer\r\n250 8BITMIME",
    },
    { parameters: { SMTPUTF8: true }, content: "A: \xc3\xbc\r\n\r\n" },
    {
      kind: "refused",
      code: 554,
      status: "5.6.9",
      text: ["The next server does not take UTF-8 header fields"],
    },
    hello,
  ],
  ["SMTPUTF8 declared and not needed is dropped", plain, { parameters: { SMTPUTF8: true } }, taken, [
    ...hello,
    "HELO me.test",
    "MAIL FROM:<a@client.test>",
    ...path,
    ...body,
  ]],
  ["more than the server's SIZE is not even tried. RFC 1870", { EHLO: "250-peer\r\n250 SIZE 19" }, {}, {
    kind: "refused",
    code: 552,
    status: "5.3.4",
    text: ["The next server takes messages of at most 19 octets"],
  }, hello],
  [
    "a refused reverse-path is passed on",
    { MAIL: "550-5.7.1 not\r\n550 5.7.1 you", RCPT: "503 5.5.1 mail first" },
    {},
    {
      kind: "refused",
      code: 550,
      status: "5.7.1",
      text: ["not", "you"],
    },
    [...hello, "MAIL FROM:<a@client.test> SIZE=20", ...path, "RSET"],
  ],
  ["without pipelining no RCPT follows a refused MAIL", { ...plain, MAIL: "451 4.7.0 later" }, {}, {
    kind: "refused",
    code: 451,
    status: "4.7.0",
    text: ["later"],
  }, [...hello, "HELO me.test", "MAIL FROM:<a@client.test>", "RSET"]],
  ["one refused recipient keeps the message from all", { "RCPT TO:<c": "550 5.1.1 unknown" }, two, {
    kind: "refused",
    code: 550,
    status: "5.1.1",
    text: ["<c@server.test>: unknown"],
  }, [...hello, "MAIL FROM:<a@client.test> SIZE=20", ...twoPaths, "RSET"]],
  ["a refusal for now wins over one for good", { "RCPT TO:<b": "550 no", "RCPT TO:<c": "450 4.2.1 busy" }, two, {
    kind: "refused",
    code: 450,
    status: "4.2.1",
    text: ["<b@server.test>: no", "<c@server.test>: busy"],
  }, [...hello, "MAIL FROM:<a@client.test> SIZE=20", ...twoPaths, "RSET"]],
  ["a refused DATA is passed on", { DATA: "554 5.3.0 no" }, {}, {
    kind: "refused",
    code: 554,
    status: "5.3.0",
    text: ["no"],
  }, [...hello, "MAIL FROM:<a@client.test> SIZE=20", ...path, "DATA", "RSET"]],
  ["refused content is passed on", { content: "554 5.7.1 spam" }, {}, {
    kind: "refused",
    code: 554,
    status: "5.7.1",
    text: ["spam"],
  }, [...hello, "MAIL FROM:<a@client.test> SIZE=20", ...path, ...body]],
];

for (const [title, script, parts, answer, heard] of dialogues) {
  test(title, () =>
    withPeer(script, async (peer, delivery) => {
      assert.deepEqual(await deliver(delivery, parts), answer);
      assert.deepEqual(peer.heard[0]?.filter((line) => line !== "QUIT"), heard);
      assert.equal(peer.contents.length, heard.includes("(content)") ? 1 : 0);
    }));
}

test("a path with a line end in it never reaches the wire", () =>
  withPeer({}, async (peer, delivery) => {
    const forwardPaths = [{ localPart: "b>\r\nRSET", domain: "server.test" }];
    assert.equal((await deliver(delivery, { forwardPaths })).kind, "failed");
    assert.deepEqual(peer.heard.flat().filter((line) => line !== "QUIT"), hello);
  }));
