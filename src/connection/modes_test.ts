import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeliveryResult } from "../delivery/delivery.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { type Served, type Serving, serving } from "../../test/support/served.ts";
import type { SmtpPeer } from "../../test/support/smtp_peer.ts";

function lmtp(options: Serving, talk: (peer: SmtpPeer, served: Served) => Promise<void>): Promise<void> {
  const plugins = options.plugins ?? [acceptAll];
  return serving({ ...options, plugins, offer: { mode: "lmtp", ...options.offer } }, async (served) => {
    const peer = await served.connect();
    await talk(peer, served);
  });
}

async function envelope(peer: SmtpPeer, ...recipients: readonly string[]): Promise<void> {
  await peer.ask("LHLO client.test");
  await peer.ask("MAIL FROM:<a@example.org>");
  for (const recipient of recipients) await peer.ask(`RCPT TO:<${recipient}@example.net>`);
}

/** The replies to all recipients. */
async function repliesTo(peer: SmtpPeer, count: number): Promise<readonly string[]> {
  const replies: string[] = [];
  while (replies.length < count) replies.push(await peer.reply());
  return replies;
}

const taken: DeliveryResult = { kind: "taken" };
const refused: DeliveryResult = { kind: "refused", code: 550, status: "5.1.1", text: ["nobody"] };
const deliver: Serving["deliver"] = () => Promise.resolve({ kind: "each", results: [taken, refused, taken] });

test("LMTP: LHLO, and neither EHLO nor HELO (RFC 2033 §4.1)", async () => {
  await lmtp({}, async (peer) => {
    assert.equal(await peer.ask("EHLO client.test"), "502 EHLO is not offered");
    assert.equal(await peer.ask("HELO client.test"), "502 HELO is not offered");
    assert.match(await peer.ask("LHLO client.test"), /^250-mx\.test [^]*\n250-PIPELINING\n[^]*ENHANCEDSTATUSCODES/);
  });
  await serving({}, async ({ connect }) => {
    const peer = await connect();
    assert.match(await peer.ask("LHLO client.test"), /^50[02] /);
  });
});

for (const how of ["DATA", "BDAT"] as const) {
  test(`LMTP: after ${how} one reply for each recipient, in the order of RCPT (RFC 2033 §4.2)`, async () => {
    await lmtp({ deliver }, async (peer) => {
      await envelope(peer, "b", "c", "d");
      if (how === "DATA") {
        assert.match(await peer.ask("DATA"), /^354 /);
        peer.send("Subject: x\r\n\r\ntext\r\n.\r\nNOOP\r\n");
      } else {
        peer.send("BDAT 14\r\nSubject: x\r\n\r\n");
        assert.match(await peer.reply(), /^250 2\.0\.0 14 octets/);
        peer.send("BDAT 0 LAST\r\nNOOP\r\n");
      }
      const replies = await repliesTo(peer, 4);
      assert.deepEqual(replies.map((reply) => reply.slice(0, 9)), ["250 2.0.0", "550 5.1.1", "250 2.0.0", "250 2.0.0"]);
      assert.equal(replies[3], "250 2.0.0 OK");
    });
  });
}

test("LMTP: a fate that all share is told to each; a recipient who was refused at RCPT has no reply", async () => {
  const picky = nativePlugin("picky", {
    rcpt: ({ forwardPath }) =>
      forwardPath.localPart === "c" ? { verdict: "reject", text: "no" } : { verdict: "accept" },
    data_post: () => ({ verdict: "reject", text: "not such words" }),
  });
  await lmtp({ plugins: [picky] }, async (peer) => {
    await envelope(peer, "b", "c", "d");
    await peer.ask("DATA");
    peer.send("Subject: x\r\n\r\ntext\r\n.\r\nNOOP\r\n");
    const words = "550 5.7.1 not such words";
    assert.deepEqual(await repliesTo(peer, 3), [words, words, "250 2.0.0 OK"]);
  });
});

test("LMTP: DATA without a recipient is refused once (RFC 2033 §4.2)", async () => {
  await lmtp({ plugins: [] }, async (peer) => {
    await envelope(peer, "b");
    assert.equal(await peer.ask("DATA"), "554 5.5.1 No valid recipients");
    assert.equal(peer.unread(), "");
  });
});

test("LMTP: the trace field says so (RFC 3848)", async () => {
  await lmtp({}, async (peer, { delivered }) => {
    await envelope(peer, "b");
    await peer.ask("DATA");
    assert.match(await peer.ask("Subject: x\r\n\r\ntext\r\n."), /^250 /);
    assert.match(delivered[0]?.text ?? "", /with LMTP\b/);
  });
});

const door = nativePlugin("door", { auth: () => ({ verdict: "accept" }) });
const submission: Serving = {
  plugins: [acceptAll, door],
  offer: { mode: "submission", mechanisms: ["PLAIN"], authWithoutTls: true },
};

async function submit(served: Served, message: string): Promise<string> {
  const peer = await served.greet();
  await peer.ask(`AUTH PLAIN ${btoa("\0jo\0x")}`);
  await peer.ask("MAIL FROM:<a@example.org>");
  await peer.ask("RCPT TO:<b@example.net>");
  await peer.ask("DATA");
  assert.match(await peer.ask(`${message}\r\n.`), /^250 /);
  return served.delivered.at(-1)?.text ?? "";
}

test("submission: without AUTH no transaction begins (RFC 6409 §4.3)", async () => {
  await serving(submission, async ({ greet }) => {
    const peer = await greet();
    assert.equal(await peer.ask("MAIL FROM:<a@example.org>"), "530 5.7.0 Authentication required");
    assert.match(await peer.ask(`AUTH PLAIN ${btoa("\0jo\0x")}`), /^235 /);
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
  });
});

test("submission: Date and Message-ID are added where they are missing, and only there (RFC 6409 §8.2, §8.3)", async () => {
  await serving(submission, async (served) => {
    const completed = await submit(served, "Subject: x\r\n\r\ntext");
    assert.equal(completed.match(/^Date: \w{3}, \d\d? \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}\r$/gm)?.length, 1);
    assert.equal(completed.match(/^Message-ID: <[^<>@\s]+@mx\.test>\r$/gmi)?.length, 1);
    assert.match(completed, /\r\n\r\ntext\r\n$/);
    const whole = "date: Sun, 22 Nov 2026 12:00:00 +0000\r\nMESSAGE-ID: <1@client.test>\r\nSubject: x\r\n\r\ntext\r\n";
    const kept = await submit(served, whole.slice(0, -2));
    assert.ok(kept.endsWith(`\r\n${whole}`));
    assert.equal(kept.match(/^date:/gmi)?.length, 1);
    assert.equal(kept.match(/^message-id:/gmi)?.length, 1);
  });
});

test("submission: two messages have two Message-IDs", async () => {
  await serving(submission, async (served) => {
    const ids = [await submit(served, "A: b\r\n\r\n"), await submit(served, "A: b\r\n\r\n")]
      .map((text) => /^Message-ID: (.*)\r$/mi.exec(text)?.[1]);
    assert.ok(ids[0] !== undefined && ids[0] !== ids[1]);
  });
});

test("smtp: nothing is added to a message that is passed on (RFC 5321 §6.4)", async () => {
  await serving({ ...submission, offer: { ...submission.offer, mode: "smtp" } }, async (served) => {
    assert.doesNotMatch(await submit(served, "Subject: x\r\n\r\ntext"), /^(?:Date|Message-ID):/mi);
  });
});
