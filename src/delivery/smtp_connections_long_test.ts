// Forwarding by SMTP: connections that fail, are kept, or end at a bad moment.

import assert from "node:assert/strict";
import test from "node:test";
import { deliver, forwardTo, withPeer } from "../../test/support/forwarding.ts";
import { drop, type Script, ScriptedPeer, silence } from "../../test/support/scripted_peer.ts";
import type { Delivered } from "./delivery.ts";

const taken: Delivered = { kind: "taken", text: "queued as 42" };

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
    }, { timeouts: { connect: 2000, command: 600, data: 600 } }));
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
    assert.match(reasons.sort()[0] ?? "", /^4\.4\.1 no connection came free within 600 ms/);
  }, { connections: 1, timeouts: { connect: 2000, command: 600, data: 1500 } }));

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

test("close says QUIT on waiting connections", () =>
  withPeer({}, async (peer, delivery) => {
    await deliver(delivery);
    await delivery.close();
    while (peer.heard[0]?.at(-1) !== "QUIT") await new Promise((resolve) => setTimeout(resolve, 5));
  }));
