// Forwarding by SMTP, against a server that answers by a script.

import assert from "node:assert/strict";
import test from "node:test";
import { deliveryContract } from "../../test/contract/delivery_contract.ts";
import { drop, type Script, ScriptedPeer, silence } from "../../test/support/scripted_peer.ts";
import { mailbox, type MessageParts, spooledMessage } from "../../test/support/spooled.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { openSpool } from "../spool/file_spool.ts";
import type { Delivered, Delivery } from "./delivery.ts";
import type { SmtpOptions } from "./hop_greeting.ts";
import { openSmtp } from "./smtp.ts";

const state = temporaryFolder();
const content = "Subject: x\r\n\r\nbody\r\n";
const plain = { EHLO: "502 5.5.1 what?", HELO: "250 hello" };
const taken: Delivered = { kind: "taken", text: "queued as 42" };

async function deliver(delivery: Delivery, parts: Partial<MessageParts> = {}): Promise<Delivered> {
  const spool = await openSpool(state);
  if (spool.kind !== "spool") throw new Error(spool.message);
  const message = await spooledMessage(spool.spool, { content, ...parts });
  const answer = await delivery.deliver(message);
  await message.body.discard();
  return answer;
}

function forwardTo(port: number, options: Partial<SmtpOptions> = {}): Delivery {
  const timeouts = { connect: 2000, command: 2000, data: 2000 };
  return openSmtp({ host: "127.0.0.1", port, hello: "me.test", connections: 4, timeouts, ...options });
}

async function withPeer(
  script: Script,
  use: (peer: ScriptedPeer, delivery: Delivery) => Promise<void>,
  options: Partial<SmtpOptions> = {},
): Promise<void> {
  const peer = await ScriptedPeer.start(script);
  const delivery = forwardTo(peer.port, options);
  try {
    await use(peer, delivery);
  } finally {
    await delivery.close();
    await peer.stop();
  }
}

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
  ["UTF-8 addresses to a server without it are refused. RFC 6531 §3.5", plain, utf8, {
    kind: "refused",
    code: 553,
    status: "5.6.7",
    text: ["The next server does not take UTF-8 addresses"],
  }, [...hello, "HELO me.test"]],
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

const failures: readonly (readonly [title: string, script: Script, status: string, reason: RegExp])[] = [
  [
    "a greeting that refuses us is no fault of the message",
    { greeting: "554 5.7.1 go away" },
    "4.4.1",
    /554 5\.7\.1 go/,
  ],
  ["no greeting", { greeting: silence }, "4.4.1", /no reply within/],
  ["a greeting that is not SMTP", { greeting: "SSH-2.0-x" }, "4.4.1", /no SMTP reply/],
  ["HELO refused as well", { EHLO: "550 no", HELO: "550 no" }, "4.4.1", /HELO with 550/],
  ["EHLO refused for now", { EHLO: "451 later" }, "4.4.1", /EHLO with 451/],
  ["no answer to MAIL", { MAIL: silence, RCPT: silence }, "4.4.2", /no reply within/],
  ["dropped after RCPT", { RCPT: drop }, "4.4.2", /closed|reset/i],
  ["dropped after DATA", { DATA: drop }, "4.4.2", /closed|reset/i],
  ["DATA answered with 250", { DATA: "250 what?" }, "4.4.2", /answered DATA with 250/],
  ["dropped after the final dot", { content: drop }, "4.4.2", /closed|reset/i],
  ["silence after the final dot", { content: silence }, "4.4.2", /no reply within/],
  ["more replies than commands", { RCPT: "250 ok\r\n250 ok\r\n250 ok" }, "4.4.2", /unasked/],
];

for (const [title, script, status, reason] of failures) {
  test(`451 ${status}: ${title}`, () =>
    withPeer(script, async (_, delivery) => {
      const answer = await deliver(delivery);
      assert.ok(answer.kind === "refused");
      assert.deepEqual([answer.code, answer.status], [451, status]);
      assert.match(answer.reason ?? "", reason);
      assert.doesNotMatch(answer.text.join(), /127|peer/, "the client must not learn of inner machines");
    }, { timeouts: { connect: 2000, command: 200, data: 200 } }));
}

test("451 4.4.1: nobody listens", async () => {
  const peer = await ScriptedPeer.start();
  const { port } = peer;
  await peer.stop();
  const answer = await deliver(forwardTo(port));
  assert.ok(answer.kind === "refused" && answer.status === "4.4.1");
});

test("one connection serves consecutive messages, refused ones too", () =>
  withPeer({ RCPT: ["250 ok", "550 5.1.1 no", "250 ok"] }, async (peer, delivery) => {
    const kinds = [await deliver(delivery), await deliver(delivery), await deliver(delivery)].map(({ kind }) => kind);
    assert.deepEqual(kinds, ["taken", "refused", "taken"]);
    assert.equal(peer.heard.length, 1);
  }));

test("no more connections are open than configured, and messages wait for one", () =>
  withPeer({}, async (peer, delivery) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(delivery)));
    assert.ok(answers.every(({ kind }) => kind === "taken"));
    assert.equal(peer.heard.length, 2);
  }, { connections: 2 }));

test("waiting for a connection has its deadline", () =>
  withPeer({ content: silence }, async (_, delivery) => {
    const answers = await Promise.all([deliver(delivery), deliver(delivery)]);
    const reasons = answers.map((answer) => answer.kind === "refused" ? `${answer.status} ${answer.reason}` : "");
    assert.match(reasons.sort()[0] ?? "", /^4\.4\.1 no connection came free within 200 ms/);
  }, { connections: 1, timeouts: { connect: 2000, command: 200, data: 1000 } }));

test("a waiting connection that the server closed is replaced without a word", () =>
  withPeer({}, async (peer, delivery) => {
    assert.deepEqual(await deliver(delivery), taken);
    peer.hangUp();
    assert.deepEqual(await deliver(delivery), taken);
    assert.equal(peer.heard.length, 2);
  }));

for (const ending of [drop, "421 4.4.2 too long"]) {
  test(`a waiting connection that ends when used is replaced once: ${ending}`, () =>
    withPeer({ MAIL: ["250 ok", ending, "250 ok"] }, async (peer, delivery) => {
      assert.deepEqual([await deliver(delivery), await deliver(delivery)], [taken, taken]);
      assert.equal(peer.heard.length, 2);
      assert.equal(peer.contents.length, 2);
    }));
}

test("a server that ends every connection at MAIL is not asked for ever", () =>
  withPeer({ MAIL: ["250 ok", drop] }, async (peer, delivery) => {
    assert.deepEqual(await deliver(delivery), taken);
    assert.equal((await deliver(delivery)).kind, "refused");
    assert.equal(peer.heard.length, 2);
  }));

test("after the final dot nothing is sent again: the answer decides who has the message", () =>
  withPeer({ content: ["250 ok", drop] }, async (peer, delivery) => {
    await deliver(delivery);
    assert.equal((await deliver(delivery)).kind, "refused");
    assert.equal(peer.contents.length, 2);
  }));

test("a server that refuses while content is still coming is understood", () =>
  withPeer({ early: "552 5.3.4 too big", content: silence }, async (_, delivery) => {
    const answer = await deliver(delivery, { content: `A: b\r\n\r\n${"x".repeat(3_000_000)}\r\n` });
    assert.ok(answer.kind === "refused" && answer.code === 552, JSON.stringify(answer));
  }));

test("a path with a line end in it never reaches the wire", () =>
  withPeer({}, async (peer, delivery) => {
    const forwardPaths = [{ localPart: "b>\r\nRSET", domain: "server.test" }];
    assert.equal((await deliver(delivery, { forwardPaths })).kind, "failed");
    assert.deepEqual(peer.heard.flat().filter((line) => line !== "QUIT"), hello);
  }));

test("close says QUIT on waiting connections", () =>
  withPeer({}, async (peer, delivery) => {
    await deliver(delivery);
    await delivery.close();
    while (peer.heard[0]?.at(-1) !== "QUIT") await new Promise((resolve) => setTimeout(resolve, 5));
  }));
