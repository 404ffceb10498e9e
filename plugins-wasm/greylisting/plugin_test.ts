// Whom greylisting puts off, and for how long, by the clock of the test.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { defer, noting, pass } from "#sdk";
import type { Answer, JsonObject, Mailbox, RcptEvent } from "#sdk";
import { dataEvent, rcptEvent } from "#sdk/testing";
import { runWasm } from "../../test/support/run_wasm.ts";
import { beginning, type Dialogue, type Step, testRemembering } from "../../test/support/remembering.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const day = 86_400;
const denied = defer("This mail is temporarily denied", { status: "4.7.1" });
const black = noting(denied, { transaction: { found: "black" } });
const white = noting(pass(), { transaction: { found: "white" } });
const blackLate = noting(pass(), { transaction: { found: "black", late: true } });
const byRecipient = { settings: { recipient: true } };
const byAll = { settings: { sender: true, recipient: true } };
const bySender = { settings: { remote_ip: false, sender: true } };

interface Triplet {
  readonly address?: string;
  /** `null` is the null reverse-path. */
  readonly sender?: string | null;
  readonly recipient?: string;
  readonly hello?: string;
  readonly name?: string;
  readonly noted?: JsonObject;
}

function mailbox(text: string): Mailbox {
  const at = text.lastIndexOf("@");
  return { localPart: text.slice(0, at), domain: text.slice(at + 1) };
}

function from(triplet: Triplet = {}): RcptEvent {
  const { address = "192.0.2.1", sender = "a@client.example", recipient = "b@server.example", noted } = triplet;
  const event = rcptEvent({ forwardPath: mailbox(recipient) });
  const hello = { verb: "EHLO", name: triplet.hello ?? "client.example" } as const;
  const named = triplet.name === undefined ? {} : { clientName: triplet.name };
  return {
    ...event,
    session: { ...event.session, client: { address, port: 50_000 }, hello, ...named },
    transaction: { ...event.transaction, reversePath: sender === null ? null : mailbox(sender) },
    ...(noted === undefined ? {} : { notes: { transaction: noted } }),
  };
}

function rcpt(at: number, expected: Answer, triplet: Triplet = {}): Step {
  return [at, "rcpt", from(triplet), expected];
}

function data(at: number, expected: Answer, noted?: JsonObject): Step {
  return [at, "data", dataEvent(noted === undefined ? {} : { notes: { transaction: noted } }), expected];
}

/** Two who try within a second: are they the same to the plugin? */
function pair(title: string, settings: object, first: Triplet, second: Triplet, same: boolean): Dialogue {
  const [put, letIn] = "recipient" in settings ? [denied, pass()] : [black, white];
  return [title, { settings: settings as JsonObject }, [rcpt(0, put, first), rcpt(3000, same ? letIn : put, second)]];
}

const long = `${"x".repeat(64)}@${"y".repeat(180)}.example`;

const dialogues: readonly Dialogue[] = [
  [
    "the first try is put off, so is one after 49 minutes, one after 51 is let in, and 36 days later all begins anew",
    {},
    [
      rcpt(0, black),
      rcpt(49 * 60, black),
      rcpt(51 * 60, white),
      rcpt(51 * 60 + 36 * day, black),
    ],
  ],
  ["the bounds: black_timeout has passed at its last second", {}, [
    rcpt(0, black),
    rcpt(2999, black),
    rcpt(3000, white),
  ]],
  ["a try after grey_timeout is a first one", {}, [
    rcpt(0, black),
    rcpt(12_000, black),
    rcpt(12_000 + 2999, black),
    rcpt(12_000 + 3000, white),
  ]],
  ["just before, it is not", {}, [rcpt(0, black), rcpt(11_999, white)]],
  ["tries that were put off do not prolong the waiting", {}, [
    ...[0, 1000, 2000].map((at) => rcpt(at, black)),
    rcpt(3000, white),
  ]],
  ["white lasts from use to use", {}, [
    rcpt(0, black),
    rcpt(3000, white),
    rcpt(3000 + 35 * day, white),
    rcpt(3000 + 70 * day, white),
    rcpt(3000 + 106 * day - 1, white),
    rcpt(3000 + 142 * day - 1, black),
  ]],
  ["all three times are settings", { settings: { black_timeout: 10, grey_timeout: 20, white_timeout: 30 } }, [
    rcpt(0, black),
    rcpt(9, black),
    rcpt(19, white),
    rcpt(48, white),
    rcpt(78, black),
    rcpt(98, black),
    rcpt(117, white),
  ]],

  pair(
    "another sender or recipient is the same client",
    {},
    {},
    { sender: "x@y.example", recipient: "z@s.example" },
    true,
  ),
  pair("another address is another client", {}, {}, { address: "192.0.2.2" }, false),
  pair("an IPv6 client has its /64", {}, { address: "2001:db8:1:2::1" }, { address: "2001:DB8:1:2:ffff::9" }, true),
  pair("and no more", {}, { address: "2001:db8:1:2::1" }, { address: "2001:db8:1:3::1" }, false),
  pair("an IPv4-mapped address is the IPv4 address", {}, {}, { address: "::ffff:192.0.2.1" }, true),
  pair("with sender, another sender is another", { sender: true }, {}, { sender: "c@client.example" }, false),
  pair("but letters are compared without case", { sender: true }, {}, { sender: "A@Client.Example" }, true),
  pair(
    "with recipient, another recipient is another",
    { recipient: true },
    {},
    { recipient: "c@server.example" },
    false,
  ),
  pair("without remote_ip, another address is the same", bySender.settings, {}, { address: "198.51.100.1" }, true),
  pair("long mailboxes are told apart", byAll.settings, { sender: `1${long}` }, { sender: `2${long}` }, false),
  pair("to their end", byAll.settings, { recipient: `${long}1` }, { recipient: `${long}2` }, false),
  pair("and known again", byAll.settings, { sender: long, recipient: long }, { sender: long, recipient: long }, true),
  pair(
    "blanks do not make one of two",
    byAll.settings,
    { sender: "a b@c.example" },
    { sender: "a?b@c.example" },
    false,
  ),
  pair("half a surrogate pair is no trouble", byAll.settings, { sender: "\ud800@x.example" }, {
    sender: "\ud800@x.example",
  }, true),
  pair("what is no address is its own key", {}, { address: "unix" }, { address: "unix" }, true),

  ["a message has one answer for all its recipients, without asking the store again", {}, [
    rcpt(0, denied, { noted: { found: "black" } }),
    rcpt(0, pass(), { noted: { found: "white" } }),
    rcpt(0, black),
  ]],
  ["unless the recipient counts", byRecipient, [rcpt(0, denied, { noted: { found: "white" } })]],

  ["deny_late says so at DATA", { settings: { deny_late: true } }, [
    rcpt(0, blackLate),
    rcpt(0, pass(), { noted: { found: "black", late: true } }),
    data(0, denied, { found: "black", late: true }),
    rcpt(3000, white),
    data(3000, pass(), { found: "white" }),
  ]],
  ["one recipient that is to be put off puts off the message", { settings: { deny_late: true, recipient: true } }, [
    rcpt(0, noting(pass(), { transaction: { late: true } })),
    rcpt(3000, pass()),
    rcpt(3000, noting(pass(), { transaction: { late: true } }), { recipient: "c@server.example" }),
    data(3000, denied, { late: true }),
  ]],
  ["who sends from <> is told at DATA, so that asking for a mailbox works", {}, [
    rcpt(0, blackLate, { sender: null }),
    data(0, denied, { found: "black", late: true }),
    rcpt(0, black),
    rcpt(3000, white, { sender: null }),
  ]],
  ["nothing is said at DATA without a reason", {}, [data(0, pass())]],
  ["<> and its neighbours are told apart", { settings: { sender: true } }, [
    rcpt(0, blackLate, { sender: null }),
    rcpt(3000, black, { sender: "<>@x.example" }),
  ]],
];

const excluded: readonly (readonly [line: string, triplet: Triplet, isExcluded: boolean])[] = [
  ["192.0.2.1", {}, true],
  ["192.0.2.1", { address: "192.0.2.10" }, false],
  ["192.0.2.0/24", { address: "192.0.2.255" }, true],
  ["192.0.2.0/24", { address: "192.0.3.0" }, false],
  ["192.0.2.", { address: "::ffff:192.0.2.7" }, true],
  ["2001:db8::/32", { address: "2001:db8:ffff::1" }, true],
  ["2001:db8::/32", { address: "2001:db9::1" }, false],
  ["2001:db8::/32", { address: "32.1.13.184" }, false],
  ["client.example", {}, true],
  ["Client.Example   with a remark", { hello: "CLIENT.example" }, true],
  ["client.example", { hello: "mx1.client.example" }, true],
  [".client.example", { hello: "client.example" }, true],
  ["client.example", { hello: "notclient.example" }, false],
  ["client.example", { hello: "client.example.net" }, false],
  ["client.example", { hello: ".client.example" }, true],
  ["client.example", { hello: "other", name: "mx.client.example" }, true],
  ["client.example", { hello: "other", sender: "a@client.example" }, false],
  ["@client.example", { hello: "other" }, true],
  ["@client.example", { hello: "client.example", sender: "a@sub.client.example" }, false],
  ["A@Client.Example", { sender: "a@CLIENT.example" }, true],
  ["a@client.example", { sender: "b@client.example" }, false],
  ["@client.example", { sender: null }, false],
  ["/^mx\\d+\\.client\\.example$/", { hello: "MX12.client.example" }, true],
  ["/^mx\\d+\\.client\\.example$/", { hello: "mx.client.example" }, false],
  ["/far$/", { hello: `${"a".repeat(255)}far` }, false],
];

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [["DATA without a reason passes", {}, "data", dataEvent(), pass()]],
  misconfigured: [
    ["a key of nothing", { settings: { remote_ip: false } }, "settings.remote_ip", "is false, as are sender"],
    ["no time to try again", { settings: { grey_timeout: 3000 } }, "settings.grey_timeout", "must be longer than"],
    ...([
      ["300.0.2.1", '"300.0.2.1" is no network'],
      ["192.0.2.0/33", '"192.0.2.0/33" is no network'],
      ["2001:db8::/129", '"2001:db8::/129" is no network'],
      ["/(/", '"/(/" is not a regular expression'],
      ["localhost", '"localhost" is no network, host'],
      [".com", '".com" is no network, host'],
      ["a@", '"a@" is no network, host'],
    ] as const).map(([line, message]) =>
      [
        `a line that means nothing: ${line}`,
        { lists: { greylist_exclude: ["a.b", line] } },
        "lists.greylist_exclude[1]",
        message,
      ] as const
    ),
  ],
});

const { open, folder } = testRemembering({
  plugin,
  folder: import.meta.dirname,
  dialogues: [
    ...dialogues,
    ...excluded.map(([line, triplet, isExcluded]): Dialogue => {
      const late = triplet.sender === null;
      const title = `the line ${line} ${isExcluded ? "spares" : "does not spare"} ${JSON.stringify(triplet)}`;
      return [title, { lists: { greylist_exclude: [line] } }, [
        rcpt(0, isExcluded ? pass() : late ? blackLate : black, triplet),
      ]];
    }),
  ],
  broken: [{}, rcpt(0, pass()), rcpt(1, pass())],
});

test("many first tries at once are one, in two processes, and so are many second ones", async () => {
  let time = beginning;
  const path = join(folder, "shared.sqlite");
  const [one, two] = [await open({}, path, () => time), await open({}, path, () => time)];
  const all = (): Promise<Answer[]> =>
    Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).run.ask("rcpt", { ...from(), time })));
  for (const answer of await all()) assert.deepEqual(answer, black);
  time += 3_000_000;
  for (const answer of await all()) assert.deepEqual(answer, white);
  assert.deepEqual([one.run.logged, two.run.logged], [[], []]);
});

test("what has expired leaves the store", async () => {
  let time = beginning;
  const { run, store } = await open({}, join(folder, "sweep.sqlite"), () => time);
  await run.ask("rcpt", { ...from(), time });
  const entries = async (): Promise<number> => {
    const scanned = await store.namespace("greylisting").scan("", 10);
    return scanned.kind === "ok" ? scanned.entries.length : -1;
  };
  time += 11_999_000;
  assert.equal(await entries(), 1);
  time += 1000;
  assert.equal(await entries(), 0);
  assert.equal(store.sweep(), 1);
});
