// Policies in whole dialogues: refusals told later, clients who are spared, scores that end a session's luck.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { type Handlers, nativePlugin } from "../../test/support/native_plugin.ts";
import { serving } from "../../test/support/served.ts";
import { sendMessage } from "../../test/support/smtp_peer.ts";
import { testUpgrade } from "../../test/support/test_tls.ts";
import type { Registered } from "../hooks/chains.ts";
import { plainPolicy, type Policy } from "../policy/policy.ts";

function judged(
  name: string,
  policy: Partial<Policy>,
  answers: { readonly [H in HookName]?: Answer },
): Registered {
  const handlers = Object.entries(answers).map(([hook, answer]) => [hook, () => answer]);
  return { ...nativePlugin(name, Object.fromEntries(handlers) as Handlers), policy: { ...plainPolicy, ...policy } };
}

const acceptAll = judged("accept_all", {}, { rcpt: { verdict: "accept" }, auth: { verdict: "accept" } });
const listed: Answer = { verdict: "reject", text: "You are on a list" };

test("late: the client comes as far as RCPT, and postmaster is reached", async () => {
  const dnsbl = judged("dnsbl", { mode: "late", as: "disconnect" }, { connect: listed });
  await serving({ plugins: [dnsbl, acceptAll] }, async ({ greet, entries }) => {
    const peer = await greet();
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<postmaster@example.net>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<b@example.net>"), /^550 5\.7\.1 You are on a list$/);
    await peer.closed();
    assert.ok(entries.some((entry) => entry.startsWith("info fail, late ") && entry.includes('"plugin":"dnsbl"')));
  });
});

test("late: a message for postmaster alone goes all the way", async () => {
  const dnsbl = judged("dnsbl", { mode: "late" }, { connect: listed });
  await serving({ plugins: [dnsbl, acceptAll] }, async ({ greet, delivered }) => {
    const envelope = { reversePath: "a@example.org", forwardPaths: ["postmaster@example.net"] };
    assert.match(await sendMessage(await greet(), envelope, "Subject: why?\r\n\r\nx"), /^250 /);
    assert.equal(delivered.length, 1);
  });
});

test("late: who authenticates in time is spared, if the policy says so", async () => {
  const dnsbl = judged("dnsbl", { mode: "late", immune: ["authenticated"] }, { connect: listed });
  const offer = { mechanisms: ["PLAIN"], authWithoutTls: true };
  await serving({ plugins: [dnsbl, acceptAll], offer }, async ({ greet }) => {
    const peer = await greet();
    const response = Buffer.from("\0user\0password").toString("base64");
    assert.match(await peer.ask(`AUTH PLAIN ${response}`), /^235 /);
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<b@example.net>"), /^250 /);
    peer.destroy();
  });
});

test("late: what was found of a reverse-path ends with its transaction", async () => {
  const badmailfrom: Registered = {
    ...nativePlugin("badmailfrom", {
      mail: ({ reversePath }) => reversePath?.localPart === "bad" ? listed : { verdict: "pass" },
    }),
    policy: { ...plainPolicy, mode: "late" },
  };
  await serving({ plugins: [badmailfrom, acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    assert.match(await peer.ask("MAIL FROM:<bad@example.org>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<b@example.net>"), /^550 5\.7\.1 You are on a list$/);
    assert.match(await peer.ask("RSET"), /^250 /);
    assert.match(await peer.ask("MAIL FROM:<good@example.org>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<b@example.net>"), /^250 /);
    peer.destroy();
  });
});

test("monitor: a refusal is one line of the log and nothing more", async () => {
  const helo = judged("helo", { mode: "monitor" }, { ehlo: { verdict: "reject", text: "I do not believe you" } });
  await serving({ plugins: [helo, acceptAll] }, async ({ connect, entries }) => {
    const peer = await connect();
    assert.match(await peer.ask("EHLO client.test"), /^250-/);
    const told = entries.filter((entry) => entry.startsWith("info fail, tolerated "));
    assert.equal(told.length, 1);
    assert.ok(told[0]?.includes('"why":"I do not believe you"'));
    peer.destroy();
  });
});

test("defer: what a plugin refuses for good is put off", async () => {
  const strict = judged("strict", { as: "defer" }, { mail: { verdict: "reject", text: "Not you", code: 554 } });
  await serving({ plugins: [strict, acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^450 4\.7\.1 Not you$/);
    peer.destroy();
  });
});

test("a mark that one plugin gives keeps others from asking, in later commands too", async () => {
  const whitelist = judged("whitelist", {}, { connect: { verdict: "pass", marks: ["allowed"] } });
  const helo = judged("helo", { immune: ["allowed"] }, { ehlo: { verdict: "reject", text: "No" } });
  await serving({ plugins: [whitelist, helo, acceptAll] }, async ({ connect }) => {
    const peer = await connect();
    assert.match(await peer.ask("EHLO client.test"), /^250-/);
    peer.destroy();
  });
});

test("for: one recipient is refused by the rules of its domain, the other is not", async () => {
  const picky = judged("picky", { for: [{ domain: "strict.test" }] }, {
    rcpt: { verdict: "reject", text: "Not here" },
  });
  await serving({ plugins: [picky, acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<b@strict.test>"), /^550 5\.7\.1 Not here$/);
    assert.match(await peer.ask("RCPT TO:<b@lenient.test>"), /^250 /);
    peer.destroy();
  });
});

test("scores add up over the session until one is too bad", async () => {
  const helo = judged("helo", { mode: "monitor", refusalScore: -3 }, { ehlo: { verdict: "reject", text: "No" } });
  const terms = { late: "rcpt", thresholds: { mail: -6 } } as const;
  await serving({ plugins: [helo, acceptAll], terms }, async ({ greet }) => {
    const peer = await greet();
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
    assert.match(await peer.ask("EHLO again.test"), /^250-/);
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^550 5\.7\.1 There were too many signs of abuse/);
    peer.destroy();
  });
});

test("a score that becomes too bad with a message refuses this very message, at the hook of its threshold alone", async () => {
  const spam = judged("spam", {}, { data_post: { verdict: "pass", score: -5 } });
  const envelope = { reversePath: "a@example.org", forwardPaths: ["b@example.net"] };
  for (const [hook, code] of [["data_post", "550"], ["queue", "550"], ["mail", "250"]] as const) {
    const terms = { late: "rcpt", thresholds: { [hook]: -5 } } as const;
    await serving({ plugins: [spam, acceptAll], terms }, async ({ greet, delivered }) => {
      assert.equal((await sendMessage(await greet(), envelope, "Subject: x\r\n\r\nx")).slice(0, 3), code);
      assert.equal(delivered.length, code === "250" ? 1 : 0);
    });
  }
});

test("another session begins with nothing", async () => {
  const dnsbl = judged("helo", { mode: "late" }, { ehlo: listed });
  await serving({ plugins: [dnsbl, acceptAll] }, async ({ connect }) => {
    const first = await connect();
    await first.ask("EHLO a.test");
    const second = await connect();
    assert.match(await second.ask("HELO b.test"), /^250 /);
    assert.match(await second.ask("MAIL FROM:<a@example.org>"), /^250 /);
    assert.match(await second.ask("RCPT TO:<b@example.net>"), /^250 /);
    for (const peer of [first, second]) peer.destroy();
  });
});

test("who STARTTLS has made a stranger again is judged as one", async () => {
  const strict = judged("strict", { immune: ["authenticated"] }, { mail: { verdict: "reject", text: "Not you" } });
  const offer = { mechanisms: ["PLAIN"], authWithoutTls: true, tls: "offered" } as const;
  await serving({ plugins: [strict, acceptAll], offer, upgrade: testUpgrade() }, async ({ greet }) => {
    const plain = await greet();
    const response = Buffer.from("\0user\0password").toString("base64");
    assert.match(await plain.ask(`AUTH PLAIN ${response}`), /^235 /);
    assert.match(await plain.ask("MAIL FROM:<a@example.org>"), /^250 /);
    assert.match(await plain.ask("RSET"), /^250 /);
    assert.match(await plain.ask("STARTTLS"), /^220 /);
    const encrypted = await plain.encrypt();
    assert.match(await encrypted.ask("EHLO client.test"), /^250-/);
    assert.match(await encrypted.ask("MAIL FROM:<a@example.org>"), /^550 5\.7\.1 Not you$/);
    encrypted.destroy();
  });
});

test("a plugin that is slow to hear of an ending does not undo what was found meanwhile", async () => {
  const slow: Registered = {
    ...nativePlugin("slow", {}),
    hooks: ["reset_transaction"],
    call: () => new Promise((resolve) => setTimeout(resolve, 150, answered)),
  };
  let asked = 0;
  const second = nativePlugin("second", {
    mail: () => ++asked === 2 ? { verdict: "reject", text: "The second was one too many" } : { verdict: "pass" },
  });
  const late = { ...second, policy: { ...plainPolicy, mode: "late" } as const };
  await serving({ plugins: [slow, late, acceptAll] }, async ({ greet }) => {
    const peer = await greet();
    for (const line of ["MAIL FROM:<a@example.org>", "RSET", "MAIL FROM:<a@example.org>"]) {
      assert.match(await peer.ask(line), /^250 /);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.match(await peer.ask("RCPT TO:<b@example.net>"), /^550 5\.7\.1 The second was one too many$/);
    peer.destroy();
  });
});

const answered = { kind: "answered", answer: { verdict: "pass" }, micros: 1 } as const;
