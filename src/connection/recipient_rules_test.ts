// What recipients want otherwise, in whole dialogues: it is theirs alone, and never opens the relay.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { acceptAll, type Handlers, nativePlugin } from "../../test/support/native_plugin.ts";
import { serving } from "../../test/support/served.ts";
import { sendMessage, type SmtpPeer } from "../../test/support/smtp_peer.ts";
import type { Registered } from "../hooks/chains.ts";
import { plainPolicy, type Policy } from "../policy/policy.ts";
import type { RecipientRule } from "../policy/recipient_rules.ts";

const pass: Answer = { verdict: "pass" };
const no: Answer = { verdict: "reject", text: "Not here" };

type Rules = { readonly [recipient: string]: RecipientRule };

function ruled(name: string, rules: Rules, handlers: Handlers, policy: Partial<Policy> = {}): Registered {
  const byRecipient = new Map(Object.entries(rules));
  return { ...nativePlugin(name, handlers), policy: { ...plainPolicy, ...policy, byRecipient } };
}

async function begin(peer: SmtpPeer): Promise<void> {
  assert.match(await peer.ask("MAIL FROM:<s@example.org>"), /^250 /);
}

const off = { "a.test": { mode: "off" }, "keen@a.test": { mode: "enforce" } } as const;

test("a plugin is asked for no recipient who does without it, and the mailbox goes before its domain", async () => {
  const asked: string[] = [];
  const strict = ruled("strict", off, {
    rcpt: ({ forwardPath }) => {
      asked.push(forwardPath.localPart);
      return no;
    },
  });
  await serving({ plugins: [strict, acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<lax@a.test>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<keen@a.test>"), /^550 5\.7\.1 Not here$/);
    assert.match(await peer.ask("RCPT TO:<x@b.test>"), /^550 5\.7\.1 Not here$/);
    assert.deepEqual(asked, ["keen", "x"]);
    peer.destroy();
  });
});

test("at RCPT the recipient's own mode and manner count", async () => {
  const rules: Rules = { "m.test": { mode: "monitor" }, "d.test": { as: "defer" }, "l.test": { mode: "late" } };
  await serving({ plugins: [ruled("strict", rules, { rcpt: () => no }), acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<x@m.test>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<x@d.test>"), /^450 4\.7\.1 Not here$/);
    assert.match(await peer.ask("RCPT TO:<x@l.test>"), /^550 /);
    peer.destroy();
  });
});

test("no open relay: whoever switches off the plugin that knows our domains is accepted by nobody", async () => {
  const rules: Rules = { "far.test": { mode: "off" }, "spy.test": { mode: "monitor" }, "ours.test": { mode: "off" } };
  const rcptOk = ruled("rcpt_ok", rules, {
    rcpt: ({ forwardPath }) => forwardPath.domain === "home.test" ? { verdict: "accept" } : no,
  });
  await serving({ plugins: [rcptOk] }, async ({ greet }) => {
    const peer = await greet();
    await begin(peer);
    for (const domain of ["far.test", "spy.test", "ours.test", "other.test"]) {
      assert.match(await peer.ask(`RCPT TO:<x@${domain}>`), /^550 /, domain);
    }
    assert.match(await peer.ask("RCPT TO:<x@home.test>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<y@far.test>"), /^550 /);
    peer.destroy();
  });
});

test("what was found at connect, helo and MAIL is not told to who does without it, nor of their message", async () => {
  const listed = { mode: "late" } as const;
  const plugins = [
    ruled("dnsbl", off, { connect: () => no }, listed),
    ruled("helo", off, { ehlo: () => no }, listed),
    ruled("badmailfrom", off, { mail: () => no }, listed),
    acceptAll,
  ];
  await serving({ plugins }, async ({ greet, delivered }) => {
    const peer = await greet();
    const envelope = { reversePath: "s@example.org", forwardPaths: ["x@b.test", "lax@a.test"] };
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<x@b.test>"), /^550 /);
    assert.match(await peer.ask("RSET"), /^250 /);
    assert.match(await sendMessage(peer, { ...envelope, forwardPaths: ["lax@a.test"] }, "A: b\r\n\r\nx"), /^250 /);
    assert.equal(delivered.length, 1);
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<lax@a.test>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<keen@a.test>"), /^550 /);
    peer.destroy();
  });
});

test("what everybody else tolerates is told to the recipient who wants it told", async () => {
  const dnsbl = ruled("dnsbl", { "keen@a.test": { mode: "late", as: "defer" } }, { connect: () => no }, {
    mode: "monitor",
  });
  await serving({ plugins: [dnsbl, acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    await begin(peer);
    assert.match(await peer.ask("RCPT TO:<lax@a.test>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<keen@a.test>"), /^450 4\.7\.1 Not here$/);
    peer.destroy();
  });
});

test("SMTP: at the end of the data a plugin is off only if all recipients say so; otherwise the strictest counts", async () => {
  const rules: Rules = { ...off, "m.test": { mode: "monitor" }, "d.test": { as: "defer" } };
  const rows = [
    [["x@a.test", "y@a.test"], /^250 /],
    [["x@a.test", "y@m.test"], /^250 /],
    [["x@a.test", "y@d.test"], /^45\d 4\.7\.1 Not here$/],
    [["x@m.test", "y@d.test", "z@b.test"], /^550 5\.7\.1 Not here$/],
    [["x@a.test", "keen@a.test"], /^550 /],
  ] as const;
  await serving({ plugins: [ruled("strict", rules, { data_post: () => no }), acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    for (const [forwardPaths, expected] of rows) {
      const reply = await sendMessage(peer, { reversePath: "s@example.org", forwardPaths }, "A: b\r\n\r\nx");
      assert.match(reply, expected, forwardPaths.join(" "));
    }
    peer.destroy();
  });
});

async function lmtp(plugins: readonly Registered[], recipients: readonly string[]): Promise<readonly string[]> {
  const replies: string[] = [];
  await serving({ plugins: [...plugins, acceptAll], offer: { mode: "lmtp" } }, async ({ connect }) => {
    const peer = await connect();
    for (const line of ["LHLO x.test", "MAIL FROM:<s@x.test>", ...recipients.map((each) => `RCPT TO:<${each}>`)]) {
      assert.match(await peer.ask(line), /^250/);
    }
    assert.match(await peer.ask("DATA"), /^354 /);
    peer.send("Subject: x\r\n\r\nx\r\n.\r\n");
    while (replies.length < recipients.length) replies.push((await peer.reply()).split(" ").slice(0, 3).join(" "));
    peer.destroy();
  });
  return replies;
}

test("LMTP: each recipient hears of its own, by one call of the plugin", async () => {
  const seen: number[] = [];
  const rules: Rules = { ...off, "m.test": { mode: "monitor" }, "d.test": { as: "defer" } };
  const strict = ruled("strict", rules, {
    data_post: ({ forwardPaths }) => {
      seen.push(forwardPaths.length);
      return no;
    },
  });
  const replies = await lmtp([strict], ["x@a.test", "x@m.test", "x@d.test", "x@b.test", "y@b.test"]);
  assert.deepEqual(replies, [
    "250 2.0.0 Queued",
    "250 2.0.0 Queued",
    "451 4.7.1 Not",
    "550 5.7.1 Not",
    "550 5.7.1 Not",
  ]);
  assert.deepEqual(seen, [4]);
});

test("LMTP: who tolerates a refusal is asked about further", async () => {
  const first = ruled("first", { "m.test": { mode: "monitor" } }, { data_post: () => no });
  const seen: string[] = [];
  const second = nativePlugin("second", {
    data_post: ({ forwardPaths }) => {
      seen.push(forwardPaths.map(({ domain }) => domain).join(" "));
      return pass;
    },
  });
  assert.deepEqual(await lmtp([first, second], ["x@m.test", "x@b.test"]), ["250 2.0.0 Queued", "550 5.7.1 Not"]);
  assert.deepEqual(seen, ["m.test"]);
});
