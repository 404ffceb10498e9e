import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../test/support/eventually.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { type Served, type Serving, serving } from "../../test/support/served.ts";
import { sendMessage } from "../../test/support/smtp_peer.ts";
import { startSession } from "../smtp/session.ts";
import type { LiveSession } from "./live_session.ts";
import { LiveSessions } from "./live_sessions.ts";

async function looking(
  options: Serving,
  talk: (live: LiveSessions, served: Served) => Promise<void>,
): Promise<void> {
  const live = new LiveSessions({ pid: 7, now: Date.now });
  await serving({ ...options, watch: live }, (served) => talk(live, served));
}

function only(live: LiveSessions): LiveSession {
  const [session, ...others] = live.list();
  assert.equal(others.length, 0);
  return live.find(session?.id ?? "") ?? assert.fail("there is no session");
}

function spoken({ dialogue }: LiveSession): readonly string[] {
  return dialogue.map(({ who, text }) => `${who}: ${text}`);
}

test("a session under way: who it is, what was said and found, what it waits for; gone when it ends", async () => {
  const suspicious = nativePlugin("suspicious", {
    rcpt: ({ forwardPath }) => {
      return forwardPath.localPart === "bad" ? { verdict: "reject", text: "Not that one" } : { verdict: "pass" };
    },
  });
  await looking({ plugins: [suspicious, acceptAll] }, async (live, { connect }) => {
    const peer = await connect();
    for (const line of ["EHLO client.test", "MAIL FROM:<a@b.test>", "RCPT TO:<bad@c.test>", "RCPT TO:<d@c.test>"]) {
      await peer.ask(line);
    }
    const session = only(live);
    const { client, pid, hello, from, to, recipients, commands, transactions, refusals, state } = session;
    assert.deepEqual(
      { client, pid, hello, from, to, recipients, commands, transactions, refusals, state },
      {
        client: "127.0.0.1",
        pid: 7,
        hello: "client.test",
        from: "<a@b.test>",
        to: ["<d@c.test>"],
        recipients: 1,
        commands: 4,
        transactions: 1,
        refusals: 1,
        state: "command",
      },
    );
    assert.deepEqual(
      spoken(session).slice(-7),
      [
        "C: MAIL FROM:<a@b.test>",
        "S: 250 2.1.0 Reverse-path accepted",
        "C: RCPT TO:<bad@c.test>",
        "P: rcpt suspicious refuses: Not that one",
        "S: 550 5.7.1 Not that one",
        "C: RCPT TO:<d@c.test>",
        "P: rcpt accept_all accepts",
      ].concat("S: 250 2.1.5 Recipient accepted").slice(-7),
    );
    assert.deepEqual(session.findings.map(({ plugin, found, about }) => [plugin, found, about]), [
      ["suspicious", "refuses", "<bad@c.test>"],
      ["suspicious", "passes", "<d@c.test>"],
      ["accept_all", "accepts", "<d@c.test>"],
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(session)), session);
    await peer.ask("DATA");
    assert.equal(only(live).state, "content");
    assert.match(await peer.ask("Subject: x\r\n\r\ntext\r\n."), /^250 /);
    assert.equal(only(live).messages, 1);
    peer.send("QUIT\r\n");
    await peer.closed();
    await eventually(() => "the session stays", () => live.size === 0 ? true : undefined);
    assert.deepEqual(live.list(), []);
  });
});

const waits: readonly (readonly [state: LiveSession["state"], hook: "rcpt" | "none"])[] = [
  ["plugins", "rcpt"],
  ["delivery", "none"],
];

for (const [state, hook] of waits) {
  test(`it is seen that a session waits: ${state}`, async () => {
    const gate = Promise.withResolvers<void>();
    const slow = {
      ...acceptAll,
      call: (...asked: Parameters<typeof acceptAll.call>) => gate.promise.then(() => acceptAll.call(...asked)),
    };
    const deliver = async (): Promise<{ kind: "taken" }> => {
      await gate.promise;
      return { kind: "taken" };
    };
    await looking({ plugins: [hook === "rcpt" ? slow : acceptAll], deliver }, async (live, { greet }) => {
      const peer = await greet();
      const sent = sendMessage(peer, { reversePath: "a@b.test", forwardPaths: ["c@d.test"] }, "x\r\n");
      await eventually(() => only(live).state, () => only(live).state === state ? true : undefined);
      assert.equal(only(live).asking, hook === "rcpt" ? "rcpt" : undefined);
      gate.resolve();
      assert.match(await sent, /^250 /);
      assert.equal(only(live).state, "command");
    });
  });
}

const ends: readonly (readonly [when: string, lines: readonly string[]])[] = [
  ["between commands", []],
  ["in a transaction", ["MAIL FROM:<a@b.test>"]],
  ["in an exchange of AUTH", ["AUTH LOGIN"]],
  ["in mail data", ["MAIL FROM:<a@b.test>", "RCPT TO:<c@d.test>", "DATA"]],
];

for (const [when, lines] of ends) {
  test(`a session is ended with 421 ${when}, and others go on (RFC 5321 §3.8)`, async () => {
    const offer = { mechanisms: ["LOGIN"], authWithoutTls: true } as const;
    const door = nativePlugin("door", { auth: () => ({ verdict: "pass" }) });
    await looking({ plugins: [acceptAll, door], offer }, async (live, { greet, logged }) => {
      const [ended, other] = [await greet(), await greet()];
      for (const line of lines) await ended.ask(line);
      if (when === "in mail data") ended.send("Subject: half a mess");
      const id = live.list()[0]?.id ?? assert.fail();
      assert.equal(live.end(id), true);
      assert.match(await ended.reply(), /^421 4\.3\.2 .* ends this session/);
      await ended.closed();
      await eventually(() => "it stays", () => live.size === 1 ? true : undefined);
      assert.equal(live.end(id), false);
      assert.match(await other.ask("NOOP"), /^250 /);
      assert.equal(logged.some((line) => line.startsWith("error")), false);
    });
  });
}

test("no secret of a client is shown, whatever way it comes", async () => {
  const [user, password] = ["joanna-4711", "open-sesame-4711"];
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const offer = { mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"], authWithoutTls: true } as const;
  const gossip = nativePlugin("gossip", {
    auth: ({ password = "" }) => ({ verdict: "reject", text: `Wrong is ${password} (${base64(password)})` }),
  });
  await looking({ plugins: [gossip], offer: { ...offer, maxAttempts: 50 } }, async (live, { greet }) => {
    const peer = await greet();
    // So that all of it is kept.
    const { id } = only(live);
    const plain = base64(`\0${user}\0${password}`);
    const lines = [`AUTH PLAIN ${plain}`, "AUTH PLAIN", plain, "AUTH LOGIN", base64(user), base64(password)];
    lines.push("AUTH LOGIN nonsense!", base64(user), password, "AUTH CRAM-MD5", base64(`${user} ${"0".repeat(32)}`));
    lines.push(`AUHT PLAIN ${plain}`, `AUTH ${plain}`, `AUTH UNKNOWN ${plain}`, plain, `${user} ${password}`);
    for (const line of lines) await peer.ask(line);
    const shown = JSON.stringify([live.list(), live.find(id)]);
    for (const secret of [password, base64(password), plain, plain.slice(4, 24), base64(user)]) {
      assert.equal(shown.includes(secret), false, `${secret} in ${shown}`);
    }
    assert.ok(shown.includes("AUTH PLAIN (not shown)"));
    assert.equal(spoken(only(live)).filter((line) => line.startsWith("S: 334 (not shown)")).length, 4);
  });
});

test("of a long dialogue the last lines stay: more of them once somebody has looked", async () => {
  await looking({ offer: { maxRefusals: 1000 } }, async (live, { greet }) => {
    const peer = await greet();
    for (let number = 0; number < 60; number++) await peer.ask(`NOOP ${number}`);
    const first = only(live);
    assert.equal(first.dialogue.length, 20);
    assert.ok(first.omitted >= 100);
    assert.equal(first.dialogue.at(-2)?.text, "NOOP 59");
    for (let number = 0; number < 100; number++) await peer.ask(`NOOP ${number}`);
    assert.equal(only(live).dialogue.length, 100);
    for (let number = 0; number < 60; number++) await peer.ask(`NOOP ${"x".repeat(2000)}`);
    const characters = only(live).dialogue.reduce((sum, { text }) => sum + text.length, 0);
    assert.ok(characters <= 20_000, `${characters}`);
  });
});

test("a list has no dialogues, and an end: telling all that was said would stop the server", () => {
  const live = new LiveSessions({ pid: 7, now: Date.now });
  const client = { address: "192.0.2.1", port: 1 };
  for (let number = 0; number < 12_000; number++) {
    const session = startSession({ id: `S${number}`, client, server: client });
    live.begin(session, { end: () => {} }).told(session, session, [{ code: 220, lines: ["hello"] }]);
  }
  const listed = live.list();
  assert.deepEqual([listed.length, listed[0]?.id, listed.at(-1)?.id], [10_000, "S0", "S9999"]);
  for (const session of listed) assert.equal("dialogue" in session || "findings" in session, false, session.id);
  const one = live.find("S11999") ?? assert.fail();
  assert.deepEqual([one.dialogue.map(({ text }) => text), one.omitted, one.findings], [["220 hello"], 0, []]);
  assert.equal(live.find("S12000"), undefined);
});

test("all sessions together keep no more than they may: in a crowd each keeps its last lines", () => {
  const live = new LiveSessions({ pid: 7, now: Date.now });
  live.list();
  const client = { address: "192.0.2.1", port: 1 };
  for (let number = 0; number < 3000; number++) {
    const watch = live.begin(startSession({ id: `S${number}`, client, server: client }), { end: () => {} });
    for (let line = 0; line < 40; line++) watch.heard(`NOOP ${"x".repeat(500)}`);
  }
  let characters = 0;
  for (let number = 0; number < 3000; number++) {
    for (const { text } of live.find(`S${number}`)?.dialogue ?? []) characters += text.length;
  }
  assert.ok(characters < 20 * 1024 * 1024, `${characters}`);
});
