import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../test/support/eventually.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { serving } from "../../test/support/served.ts";
import { sendMessage } from "../../test/support/smtp_peer.ts";
import type { Found } from "../watch/watch.ts";
import { announcing } from "./announce.ts";
import type { Happening } from "./happening.ts";
import { Happenings } from "./happenings.ts";

const never = new AbortController().signal;

function opened(): { readonly happenings: Happenings; readonly heard: readonly Happening[] } {
  const happenings = new Happenings({ pid: 7, now: Date.now });
  const heard: Happening[] = [];
  const stream = happenings.subscribe(never) ?? assert.fail();
  void (async () => {
    for await (const happening of stream) heard.push(happening);
  })();
  return { happenings, heard };
}

test("a session is told of: its coming, every refusal and why, the fate of its message, its end; no mere pass", async () => {
  const { happenings, heard } = opened();
  const picky = nativePlugin("picky", {
    rcpt: ({ forwardPath }) => {
      return forwardPath.localPart === "bad" ? { verdict: "reject", text: "Not that one" } : { verdict: "pass" };
    },
  });
  const watch = announcing(happenings, () => 0);
  await serving({ plugins: [picky, acceptAll], watch }, async ({ greet }) => {
    const peer = await greet();
    await peer.ask("MAIL FROM:<a@b.test>");
    await peer.ask("RCPT TO:<bad@c.test>");
    await peer.ask("RSET");
    await sendMessage(peer, { reversePath: "a@b.test", forwardPaths: ["d@c.test"] }, "x");
    peer.send("QUIT\r\n");
    await peer.closed();
    await eventually(() => "no end", () => heard.at(-1)?.kind === "disconnected" ? true : undefined);
  });
  const told = heard.map(({ kind, facts }) => [kind, facts["plugin"] ?? facts["code"] ?? facts["ending"]]);
  assert.deepEqual(told, [
    ["connected", undefined],
    ["verdict", "picky"],
    ["reply", 550],
    ["verdict", "accept_all"],
    ["message", "accepted"],
    ["disconnected", undefined],
  ]);
  const { facts } = heard[1] ?? assert.fail();
  assert.deepEqual([facts["hook"], facts["found"], facts["about"], facts["why"], facts["from"]], [
    "rcpt",
    "refuses",
    "<bad@c.test>",
    "Not that one",
    "<a@b.test>",
  ]);
  assert.equal(new Set(heard.map(({ session }) => session)).size, 1);
});

test("who floods the server does not flood the stream", () => {
  const happenings = new Happenings({ pid: 7, now: Date.now });
  let published = 0;
  happenings.publish = (): void => void published++;
  let time = 0;
  const watch = announcing(happenings, () => time);
  for (let number = 0; number < 1000; number++) watch.turnedAway("192.0.2.1", "tooMany");
  assert.equal(published, 20);
  time = 1000;
  watch.turnedAway("192.0.2.1", "tooMany");
  assert.equal(published, 21);
});

test("that a plugin rests is told once, and once that it is asked again", async () => {
  const { happenings, heard } = opened();
  const watch = announcing(happenings, () => 0);
  const client = { address: "192.0.2.1", port: 1 };
  const trust = { xclient: false, xforward: false, bareLines: "reject" } as const;
  const session = { client, server: client, trust, commands: 0, refusals: 0, failedAttempts: 0, transactions: 0 };
  const found: readonly Found[] = [
    { plugin: "a", kind: "failed", failure: "trap" },
    { plugin: "a", kind: "failed", failure: "broken" },
    { plugin: "a", kind: "skipped" },
    { plugin: "a", kind: "failed", failure: "broken" },
    { plugin: "a", kind: "passes" },
    { plugin: "a", kind: "passes" },
  ];
  for (const [number, each] of found.entries()) {
    const one = { ...session, id: `S${number}` };
    watch.begin(one, { end: () => {} })?.found(one, "rcpt", each);
  }
  happenings.publish("reload", {});
  await eventually(() => "nothing", () => heard.at(-1)?.kind === "reload" ? true : undefined);
  const plugins = heard.filter(({ kind }) => kind === "plugin").map(({ session, facts }) => [session, facts["state"]]);
  assert.deepEqual(plugins, [[undefined, "resting"], [undefined, "asked"]]);
});
