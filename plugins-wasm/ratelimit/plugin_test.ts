// How often somebody may come, by the clock of the test, and from many sides at once.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { defer, pass } from "#sdk";
import type { Answer, ConnectEvent, Mailbox, MailEvent, RcptEvent } from "#sdk";
import { ask, configure, connectEvent, fakeHost, mailEvent, rcptEvent } from "#sdk/testing";
import { beginning, type Dialogue, type Opened, type Step, testRemembering } from "../../test/support/remembering.ts";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

type Place = "connect" | "mail" | "rcpt";

interface Who {
  readonly address?: string;
  readonly user?: string;
  /** `null` is the null reverse-path. */
  readonly sender?: string | null;
  readonly recipient?: string;
}

function mailbox(text: string): Mailbox {
  const at = text.lastIndexOf("@");
  return { localPart: text.slice(0, at), domain: text.slice(at + 1) };
}

function sessionOf({ address = "192.0.2.1", user }: Who): ConnectEvent["session"] {
  const session = { ...connectEvent().session, client: { address, port: 50_000 } };
  return user === undefined ? session : { ...session, user };
}

function reversePathOf({ sender = "a@client.example" }: Who): Mailbox | null {
  return sender === null ? null : mailbox(sender);
}

function connected(who: Who): ConnectEvent {
  return connectEvent({ session: sessionOf(who) });
}

function mailed(who: Who): MailEvent {
  return mailEvent({ session: sessionOf(who), reversePath: reversePathOf(who) });
}

function addressed(who: Who): RcptEvent {
  const event = rcptEvent({ session: sessionOf(who), forwardPath: mailbox(who.recipient ?? "b@server.example") });
  return { ...event, transaction: { ...event.transaction, reversePath: reversePathOf(who) } };
}

function step(at: number, place: Place, expected: Answer, who: Who = {}): Step {
  if (place === "connect") return [at, place, connected(who), expected];
  return place === "mail" ? [at, place, mailed(who), expected] : [at, place, addressed(who), expected];
}

function steps(count: number, at: number, place: Place, expected: Answer, who: Who = {}): readonly Step[] {
  return Array.from({ length: count }, () => step(at, place, expected, who));
}

function refused(text: string): Answer {
  return defer(`Too many ${text}, try again later`, { status: "4.7.1" });
}

function limited(...limits: readonly string[]): { readonly settings: { readonly limits: readonly string[] } } {
  return { settings: { limits } };
}

const fromAddress = refused("connections from your address");

/** With a limit of one an hour: who is counted with the first, and who is not? */
function pair(limit: string, place: Place, text: string, first: Who, second: Who, same: boolean): Dialogue {
  const title = `${limit}: ${JSON.stringify(first)} and ${JSON.stringify(second)} are ${same ? "one" : "two"}`;
  const expected = same ? refused(text) : pass();
  return [title, limited(`${limit} rate=1/h`), [step(0, place, pass(), first), step(1, place, expected, second)]];
}

const senders = "messages from this sender";
const recipients = "recipients for this recipient";
const account = "messages from your account";
const network = "connections from your network";
const long = `${"x".repeat(64)}@${"y".repeat(180)}.example`;

const dialogues: readonly Dialogue[] = [
  ["a burst, then one an interval", limited("key=address rate=60/h burst=3"), [
    ...steps(3, 0, "connect", pass()),
    step(0, "connect", fromAddress),
    step(59, "connect", fromAddress),
    step(60, "connect", pass()),
    step(60, "connect", fromAddress),
    step(120, "connect", pass()),
  ]],
  ["a rest fills the bucket, but never beyond the burst", limited("key=address rate=60/h burst=3"), [
    ...steps(3, 0, "connect", pass()),
    ...steps(2, 120, "connect", pass()),
    step(120, "connect", fromAddress),
    ...steps(3, 86_400, "connect", pass()),
    step(86_400, "connect", fromAddress),
  ]],
  ["what is refused does not count", limited("key=address rate=1/m"), [
    step(0, "connect", pass()),
    ...[10, 20, 30, 59].map((at) => step(at, "connect", fromAddress)),
    step(60, "connect", pass()),
  ]],
  ["without a burst it is the rate", limited("key=address rate=5/d"), [
    ...steps(5, 0, "connect", pass()),
    step(17_279, "connect", fromAddress),
    step(17_280, "connect", pass()),
  ]],
  ["rates beyond one a millisecond", limited("key=address rate=3000/s burst=7"), [
    ...steps(7, 0, "connect", pass()),
    step(0, "connect", fromAddress),
    step(1, "connect", pass()),
  ]],
  [
    "a clock that was put back does not lock out for longer than an empty bucket takes",
    limited("key=address rate=1/m"),
    [
      step(3600, "connect", pass()),
      step(0, "connect", fromAddress),
      step(61, "connect", pass()),
    ],
  ],
  ["the first limit that is reached refuses", limited("key=address rate=1/m burst=2", "key=network rate=2/h"), [
    step(0, "connect", pass()),
    step(0, "connect", pass()),
    step(0, "connect", fromAddress),
    step(60, "connect", refused(network), {}),
    step(60, "connect", refused(network), { address: "192.0.2.9" }),
    step(60, "connect", pass(), { address: "192.0.3.9" }),
  ]],
  ["one key may have several rates", limited("key=address rate=2/m burst=2", "key=address rate=3/d burst=3"), [
    ...steps(2, 0, "connect", pass()),
    step(0, "connect", fromAddress),
    step(60, "connect", pass()),
    step(90, "connect", fromAddress),
    step(3600, "connect", fromAddress),
  ]],
  ["an address may be counted at MAIL", limited("key=address rate=1/h at=mail"), [
    step(0, "connect", pass()),
    step(0, "mail", pass()),
    step(1, "mail", refused("messages from your address")),
  ]],
  ["or at RCPT", limited("key=network rate=2/h at=rcpt"), [
    ...steps(2, 0, "rcpt", pass(), { recipient: "c@server.example" }),
    step(1, "rcpt", refused("recipients from your network")),
  ]],
  pair("key=address", "connect", "connections from your address", {}, { address: "192.0.2.2" }, false),
  pair("key=address", "connect", "connections from your address", {}, { address: "::ffff:192.0.2.1" }, true),
  pair("key=address", "connect", "connections from your address", { address: "2001:db8::1" }, {
    address: "2001:db8::2:0:0:1",
  }, true),
  pair("key=address", "connect", "connections from your address", { address: "2001:db8::1" }, {
    address: "2001:db8:0:1::1",
  }, false),
  pair("key=address", "connect", "connections from your address", { address: "unix" }, { address: "unix" }, true),
  pair("key=network", "connect", network, {}, { address: "192.0.2.200" }, true),
  pair("key=network", "connect", network, {}, { address: "192.0.3.1" }, false),
  pair("key=network", "connect", network, { address: "2001:db8:1:2::1" }, { address: "2001:db8:1:3::1" }, true),
  pair("key=network", "connect", network, { address: "2001:db8:1:2::1" }, { address: "2001:db8:2:2::1" }, false),
  pair("key=sender", "mail", senders, {}, { sender: "A@CLIENT.example", address: "198.51.100.1" }, true),
  pair("key=sender", "mail", senders, {}, { sender: "b@client.example" }, false),
  pair("key=sender", "mail", senders, { sender: long }, { sender: `1${long}` }, false),
  pair("key=sender", "mail", senders, { sender: long }, { sender: long }, true),
  pair("key=sender", "mail", senders, { sender: null }, { sender: null }, false),
  pair("key=sender at=rcpt", "rcpt", "recipients from this sender", {}, { recipient: "x@server.example" }, true),
  pair("key=recipient", "rcpt", recipients, {}, { sender: "x@y.example", address: "198.51.100.1" }, true),
  pair("key=recipient", "rcpt", recipients, {}, { recipient: "c@server.example" }, false),
  pair("key=user", "mail", account, { user: "bob" }, { user: "Bob", address: "198.51.100.1" }, true),
  pair("key=user", "mail", account, { user: "bob" }, { user: "carol" }, false),
  pair("key=user", "mail", account, {}, {}, false),
  pair("key=user at=rcpt", "rcpt", "recipients from your account", { user: "bob" }, { user: "bob" }, true),
  ["how wide a network is", { settings: { limits: ["key=network rate=1/h"], network_prefix_v4: 16 } }, [
    step(0, "connect", pass()),
    step(0, "connect", refused(network), { address: "192.0.99.1" }),
    step(0, "connect", pass(), { address: "192.1.2.1" }),
  ]],
];

const wrong: readonly (readonly [limit: string, message: string])[] = [
  ["", 'has "": write "key=address rate=60/h burst=20"'],
  ["key=address", "has no rate such as 10/s"],
  ["rate=1/h", "has no key of address, network, sender, recipient, user"],
  ["key=toString rate=1/h", "has no key of"],
  ["key=address rate=0/h", "has no rate such as"],
  ["key=address rate=1000001/h", "has no rate such as"],
  ["key=address rate=1/w", "has no rate such as"],
  ["key=address rate=1.5/h", "has no rate such as"],
  ["key=address rate=1/h burst=0", "has a burst that is no number"],
  ["key=address rate=1/h burst=x", "has a burst that is no number"],
  ["key=address rate=1/h brust=2", 'has "brust=2"'],
  ["key=address rate=1/h rate=2/h", "has rate twice"],
  ["key=recipient rate=1/h at=mail", 'counts each recipient at "mail": that can be rcpt'],
  ["key=user rate=1/h at=connect", 'counts each user at "connect"'],
];

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [],
  misconfigured: [
    ...wrong.map(([limit, message]) =>
      [
        `a limit that says nothing: ${limit}`,
        limited("key=user rate=1/s", limit),
        "settings.limits[1]",
        message,
      ] as const
    ),
    [
      "a limit that is there already",
      limited("key=user rate=1/s", "at=mail rate=1/s burst=9 key=user"),
      ...([
        "settings.limits[1]",
        "counts the same",
      ] as const),
    ],
    [
      "too many limits",
      limited(...Array.from({ length: 11 }, (_, i) => `key=user rate=${i + 1}/s`)),
      "settings.limits",
      "are 11, more than 10",
    ],
  ],
  asked: [
    ["only where something is counted", limited("key=address rate=1/h", "key=recipient rate=1/h"), ["connect", "rcpt"]],
    ["nowhere without limits", limited(), []],
  ],
});

const hourly = limited("key=address rate=60/h burst=2");
const { open, folder } = testRemembering({
  plugin,
  folder: import.meta.dirname,
  dialogues,
  broken: [hourly, ...steps(4, 0, "connect", pass())],
});

/** Verdicts of so many connections at once, from two servers with the same store. */
async function atOnce(servers: readonly Opened[], count: number): Promise<readonly string[]> {
  const asked = Array.from({ length: count }, (_, i) => servers[i % servers.length]?.run);
  const answers = await Promise.all(asked.map((run) => run?.ask("connect", { ...connected({}), time: beginning })));
  return answers.map((answer) => answer?.verdict ?? "none");
}

for (const burst of [1, 20, 60]) {
  test(`of 100 at once ${burst} are let in where ${burst} may`, async () => {
    const given = limited(`key=address rate=1/h burst=${burst}`);
    const path = join(folder, `at_once_${burst}.sqlite`);
    const servers = [await open(given, path, () => beginning), await open(given, path, () => beginning)];
    const verdicts = await atOnce(servers, 100);
    assert.equal(verdicts.filter((verdict) => verdict === "pass").length, burst);
    assert.equal(verdicts.filter((verdict) => verdict === "defer").length, 100 - burst);
    assert.deepEqual(servers.flatMap(({ run }) => run.logged), []);
  });
}

test("who loses against others every time is put off, and costs no more requests than a call has", () => {
  const { setup } = configure(plugin, {
    settings: { ...limited("key=address rate=9/s", "key=network rate=9/s").settings },
  });
  let requests = 0;
  const compareAndSet = (): { readonly stored: false } => {
    requests += 1;
    return { stored: false };
  };
  const host = fakeHost({ store: {} });
  const contended = { ...host, store: { ...host.store, compareAndSet } };
  assert.deepEqual(ask(plugin, "connect", connected({}), setup, contended), fromAddress);
  assert.equal(requests, 44);
});

test("a full bucket is no entry", async () => {
  let time = beginning;
  const { run, store } = await open(hourly, join(folder, "full.sqlite"), () => time);
  for (let i = 0; i < 2; i++) await run.ask("connect", { ...connected({}), time });
  const entries = async (): Promise<number> => {
    const scanned = await store.namespace("ratelimit").scan("", 10);
    return scanned.kind === "ok" ? scanned.entries.length : -1;
  };
  time += 119_999;
  assert.equal(await entries(), 1);
  time += 1;
  assert.equal(await entries(), 0);
});
