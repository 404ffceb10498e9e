// Forwarding by LMTP, and clients that hear of each recipient. RFC 2033.

import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { deliver, type Forwarding, withPeer } from "../../test/support/forwarding.ts";
import { drop, type Script } from "../../test/support/scripted_peer.ts";
import { mailbox } from "../../test/support/spooled.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import type { Delivered, DeliveryResult } from "./delivery.ts";

const lmtp: Forwarding = { protocol: "lmtp", timeouts: { connect: 1000, command: 1000, data: 1000 } };
const forwardPaths = ["b", "c", "d"].map((name) => mailbox(`${name}@server.test`));
const hello = { LHLO: "250-peer\r\n250 PIPELINING", EHLO: "500 5.5.1 LHLO here", HELO: "500 5.5.1 LHLO here" };

function ok(text: string): DeliveryResult {
  return { kind: "taken", text };
}
function no(code: number, status: string, text: string): DeliveryResult {
  return { kind: "refused", code, status, text: [text] };
}

const broken = no(451, "4.4.2", "The connection to the next server broke");
const three = { content: "250 2.0.0 B\r\n250 2.0.0 C\r\n250 2.0.0 D" };
const mixed = { content: "250 2.0.0 B\r\n550 5.2.1 shut\r\n452 4.2.2 full" };
const some = { "RCPT TO:<c": "550 5.1.1 unknown", content: "250 2.0.0 B\r\n452 4.2.2 full" };

const each: readonly (readonly [
  title: string,
  protocol: "lmtp" | "smtp",
  script: Script,
  results: readonly DeliveryResult[],
])[] = [
  ["all have it", "lmtp", three, [ok("B"), ok("C"), ok("D")]],
  ["each has its reply after the data", "lmtp", mixed, [ok("B"), no(550, "5.2.1", "shut"), no(452, "4.2.2", "full")]],
  ["a recipient refused at RCPT has none. RFC 2033 §4.2", "lmtp", some, [
    ok("B"),
    no(550, "5.1.1", "unknown"),
    no(452, "4.2.2", "full"),
  ]],
  ["all refused at RCPT", "lmtp", { RCPT: "550 5.1.1 unknown" }, forwardPaths.map(() => no(550, "5.1.1", "unknown"))],
  ["the data refused", "lmtp", { DATA: "451 4.3.0 no" }, forwardPaths.map(() => no(451, "4.3.0", "no"))],
  ["MAIL refused", "lmtp", { MAIL: "550 5.7.1 no", RCPT: "503 no" }, forwardPaths.map(() => no(550, "5.7.1", "no"))],
  ["what was said before the connection broke counts", "lmtp", { content: ["250 2.0.0 B"] }, [ok("B"), broken, broken]],
  ["nothing was said", "lmtp", { content: drop }, [broken, broken, broken]],
  ["by SMTP one reply is for all that RCPT took", "smtp", { "RCPT TO:<c": "550 5.1.1 unknown" }, [
    ok("queued as 42"),
    no(550, "5.1.1", "unknown"),
    ok("queued as 42"),
  ]],
];

for (const [title, protocol, script, results] of each) {
  test(`each recipient: ${title}`, () =>
    withPeer(protocol === "lmtp" ? { ...hello, ...script } : script, async (_, delivery) => {
      const answer = await deliver(delivery, { forwardPaths, perRecipient: true });
      assert.ok(answer.kind === "each");
      assert.deepEqual(answer.results.map(withoutReason), results);
    }, { ...lmtp, protocol }));
}

const whole: readonly (readonly [title: string, script: Script, answer: Delivered])[] = [
  ["all have it", three, ok("B")],
  ["a refusal at RCPT keeps it from all", some, no(550, "5.1.1", "<c@server.test>: unknown")],
  ["refused after the data for some: for now wins, and who is named", mixed, {
    kind: "refused",
    code: 452,
    status: "4.2.2",
    text: ["<c@server.test>: shut", "<d@server.test>: full"],
  }],
  [
    "LHLO refused: no HELO by LMTP",
    { LHLO: "500 5.5.1 what?" },
    no(451, "4.4.1", "The next server cannot be reached now"),
  ],
];

for (const [title, script, answer] of whole) {
  test(`one reply for all recipients by LMTP: ${title}`, () =>
    withPeer({ ...hello, ...script }, async (peer, delivery) => {
      assert.deepEqual(withoutReason(await deliver(delivery, { forwardPaths })), answer);
      assert.deepEqual(peer.heard.flat().filter((line) => /^(?:EHLO|HELO)/.test(line)), []);
    }, lmtp));
}

test("a Unix socket serves as well, message after message", () =>
  withPeer({ ...hello, content: ["250 2.0.0 B\r\n250 2.0.0 C\r\n250 2.0.0 D"] }, async (peer, delivery) => {
    assert.match(delivery.description, /^lmtp unix:\//);
    for (let count = 0; count < 2; count++) assert.deepEqual(await deliver(delivery, { forwardPaths }), ok("B"));
    assert.deepEqual([peer.heard.length, peer.heard[0]?.[0]], [1, "LHLO me.test"]);
  }, { ...lmtp, path: join(temporaryFolder(), "lmtp") }));

test("what requires TLS may be delivered where it does not leave the machine. RFC 8689 §4.4", () =>
  withPeer({ ...hello, content: "250 2.0.0 B" }, async (_, delivery) => {
    assert.deepEqual(await deliver(delivery, { parameters: { REQUIRETLS: true } }), ok("B"));
  }, { ...lmtp, path: join(temporaryFolder(), "lmtp") }));

test("nobody listens on the Unix socket", () =>
  withPeer({}, async (peer, delivery) => {
    await peer.stop();
    const answer = await deliver(delivery, { perRecipient: true, forwardPaths });
    assert.ok(answer.kind === "each" && answer.results.length === 3);
    assert.ok(answer.results.every((result) => result.kind === "refused" && result.status === "4.4.1"));
  }, { ...lmtp, path: join(temporaryFolder(), "lmtp") }));

function withoutReason(delivered: Delivered): object {
  if (delivered.kind !== "refused") return delivered;
  const { reason: _, ...rest } = delivered;
  return rest;
}
