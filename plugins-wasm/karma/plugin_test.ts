// Which clients karma keeps out, for how long, and what it forgets, by the clock of the test.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { noting, pass, reject } from "#sdk";
import type { Answer, Asked, MailEvent, Mark } from "#sdk";
import { connectEvent, factEvent, mailEvent } from "#sdk/testing";
import { beginning, type Dialogue, type Step, testRemembering } from "../../test/support/remembering.ts";
import { runWasm } from "../../test/support/run_wasm.ts";
import { testPlugin } from "../shared/cases.ts";
import plugin from "./plugin.ts";

const day = 86_400;
const known: Answer = { ...pass(), score: 1 };

function kept(days: string): Answer {
  return reject(`You were naughty. You cannot connect for ${days} more days.`);
}

function session(address: string, score: number, marks: readonly Mark[]): Asked["session"] {
  const { session } = factEvent();
  const client = { address, port: 50_000 };
  return { ...session, client, ...(score === 0 ? {} : { score }), ...(marks.length === 0 ? {} : { marks }) };
}

function connect(at: number, expected: Answer, address = "192.0.2.1"): Step {
  return [at, "connect", connectEvent({ session: session(address, 0, []) }), expected];
}

function connectAs(at: number, expected: Answer, address: string, name: string): Step {
  return [at, "connect", connectEvent({ session: session(address, 0, []), ...named(name) }), expected];
}

/** By fcrdns, which has asked the DNS before. */
function named(name: string | undefined): Pick<Asked, "othersNotes"> {
  return name === undefined ? {} : { othersNotes: { fcrdns: { session: { name } } } };
}

function leaveAs(at: number, score: number, address: string, name?: string): Step {
  return [at, "disconnect", factEvent({ session: session(address, score, []), ...named(name) }), pass()];
}

function whose(who: string): Answer {
  return reject(`Your ${who} was naughty. You cannot connect for 1.00 more days.`);
}

function leave(at: number, score: number, address = "192.0.2.1", marks: readonly Mark[] = []): Step {
  return [at, "disconnect", factEvent({ session: session(address, score, marks) }), pass()];
}

function many(count: number, step: Step): readonly Step[] {
  return Array.from({ length: count }, () => step);
}

const lasting = { settings: { decay_days: 0 } };

const dialogues: readonly Dialogue[] = [
  ["a naughty session is followed by a day outside", {}, [
    connect(0, pass()),
    leave(0, -3),
    connect(0, kept("1.00")),
    connect(day / 2, kept("0.50")),
    connect(day - 1, kept("0.00")),
    connect(day, pass()),
  ]],
  ["a score above the strikes is none", {}, [leave(0, -2), leave(0, 2), leave(0, 0), connect(0, pass())]],
  ["strikes is a setting", { settings: { strikes: 5 } }, [
    leave(0, -4),
    connect(0, pass()),
    leave(0, -5),
    connect(0, kept("1.00")),
  ]],
  ["so is how long it lasts", { settings: { penalty_days: 2.5 } }, [
    leave(0, -3),
    connect(0, kept("2.50")),
    connect(2.5 * day, pass()),
  ]],
  ["no penalty_days, no penalty", { settings: { penalty_days: 0 } }, [leave(0, -3), connect(0, pass())]],
  ["negative is how many", { settings: { negative: 3 } }, [
    leave(0, -3),
    leave(day, -3),
    connect(day, pass()),
    leave(2 * day, -3),
    connect(2 * day, kept("1.00")),
  ]],
  ["nice sessions make up for naughty ones", lasting, [
    ...many(2, leave(0, 3)),
    ...many(2, leave(0, -3)),
    connect(0, pass()),
    leave(0, -3),
    connect(0, kept("1.00")),
  ]],
  ["a nice session does not end a penalty, and a naughty one under way prolongs it", {}, [
    leave(0, -3),
    leave(0, 3),
    connect(0, kept("1.00")),
    leave(day / 2, -9),
    leave(day / 2, -9),
    connect(day / 2, kept("1.00")),
  ]],
  ["whoever has nothing to say for himself is kept out longer", lasting, [
    ...many(5, leave(0, -3)),
    connect(0, kept("1.00")),
    leave(0, -3),
    connect(0, kept("7.00")),
  ]],
  ["but not with one nice session", lasting, [leave(0, 3), ...many(7, leave(0, -3)), connect(0, kept("1.00"))]],
  ["a balance above 10 is worth a point", lasting, [
    ...many(10, leave(0, 3)),
    connect(0, pass()),
    leave(0, 3),
    connect(0, known),
    leave(0, -3),
    connect(0, pass()),
  ]],
  ["it decays: after decay_days half of it is left", {}, [
    ...many(21, leave(0, 3)),
    connect(29 * day, known),
    connect(33 * day, pass()),
  ]],
  ["what is bad decays too", { settings: { negative: 2, decay_days: 10 } }, [
    leave(0, -3),
    leave(10 * day, -3),
    connect(10 * day, pass()),
    leave(10 * day, -3),
    connect(10 * day, kept("1.00")),
  ]],
  ["with 0 nothing does", { settings: { negative: 2, decay_days: 0 } }, [
    leave(0, -3),
    leave(300 * day, -3),
    connect(300 * day, kept("1.00")),
  ]],
  ["nobody saves up for more than 100 naughty sessions", lasting, [
    ...many(130, leave(0, 3)),
    ...many(89, leave(0, -3)),
    connect(0, known),
    leave(0, -3),
    connect(0, pass()),
    ...many(11, leave(0, -3)),
    connect(0, kept("1.00")),
  ]],
  ["another address is another client, an IPv6 client is its /64", {}, [
    leave(0, -3),
    connect(0, pass(), "192.0.2.2"),
    leave(0, -3, "2001:db8:1:2::1"),
    connect(0, kept("1.00"), "2001:db8:1:2:ffff::2"),
    connect(0, pass(), "2001:db8:1:3::1"),
    connect(0, kept("1.00"), "::ffff:192.0.2.1"),
  ]],
  ["a network is remembered by one name", { settings: { key: "network" } }, [
    leave(0, -3),
    connect(0, whose("network"), "192.0.2.254"),
    connect(0, pass(), "192.0.3.1"),
    leave(0, -3, "2001:db8:1:2::1"),
    connect(0, whose("network"), "2001:db8:1:2:ffff::2"),
    connect(0, pass(), "2001:db8:1:3::1"),
  ]],
  ["how large it is, is a setting", { settings: { key: "network", network_prefix_v4: 16, network_prefix_v6: 48 } }, [
    leave(0, -3),
    connect(0, whose("network"), "192.0.255.1"),
    connect(0, pass(), "192.1.2.1"),
    leave(0, -3, "2001:db8:1:2::1"),
    connect(0, whose("network"), "2001:db8:1:ffff::1"),
    connect(0, pass(), "2001:db8:2::1"),
  ]],
  ["the sessions of a network add up", { settings: { key: "network", negative: 3 } }, [
    leave(0, -3, "192.0.2.1"),
    leave(0, -3, "192.0.2.2"),
    connect(0, pass(), "192.0.2.3"),
    leave(0, -3, "192.0.2.3"),
    connect(0, whose("network"), "192.0.2.4"),
  ]],
  ["a domain is that of the confirmed name, wherever its hosts are", { settings: { key: "domain" } }, [
    leaveAs(0, -3, "192.0.2.1", "pool-1.dyn.provider.example"),
    connectAs(0, whose("domain"), "203.0.113.7", "mail.provider.example"),
    connectAs(0, whose("domain"), "203.0.113.7", "Provider.Example"),
    connectAs(0, pass(), "192.0.2.1", "mail.example"),
  ]],
  ["without such a name nobody is remembered", { settings: { key: "domain" } }, [
    leaveAs(0, -3, "192.0.2.1"),
    leaveAs(0, -3, "192.0.2.1", "localhost"),
    connect(0, pass()),
    connectAs(0, pass(), "192.0.2.1", "localhost"),
  ]],
  ["who has a mark leaves no trace", {}, [
    leave(0, -9, "192.0.2.1", ["authenticated"]),
    leave(0, -9, "192.0.2.1", ["relay"]),
    leave(0, -9, "192.0.2.1", ["allowed"]),
    connect(0, pass()),
    leave(0, -9, "192.0.2.1"),
    connect(0, kept("1.00")),
  ]],
];

const listed = { lists: { karma_tlds: ["bad:-3", ".GOOD : +2", "пример:-1"] } };

function mail(domain: string, noted?: number): MailEvent {
  const notes = noted === undefined ? {} : { notes: { session: { domain: noted } } };
  return mailEvent({ reversePath: { localPart: "a", domain }, ...notes });
}

function scored(score: number, domain = score): Answer {
  return { ...noting(pass(), { session: { domain } }), score };
}

testPlugin({
  plugin,
  folder: import.meta.dirname,
  runWasm,
  cases: [
    ["a listed top-level domain has its points", listed, "mail", mail("x.bad"), scored(-3)],
    ["in any case", listed, "mail", mail("x.Good"), scored(2)],
    ["in any script", listed, "mail", mail("x.ПРИМЕР"), scored(-1)],
    ["as a label of its own", listed, "mail", mail("x.notbad"), scored(0)],
    ["at the end", listed, "mail", mail("bad.example"), scored(0)],
    ["an address literal has none", listed, "mail", mail("[192.0.2.1]"), scored(0)],
    ["nor has <>", listed, "mail", mailEvent({ reversePath: null }), pass()],
    ["twice in a session counts once", listed, "mail", mail("x.good", 2), pass()],
    ["a better domain does not make up for a worse one", listed, "mail", mail("x.good", -3), pass()],
    ["a worse one takes what the better one had given", listed, "mail", mail("x.bad", 2), scored(-5, -3)],
  ],
  misconfigured: ["x", "x:", "x:y", "a.b:1", "x:101", "x:1000", ":1"].map((line) =>
    [
      `a line that means nothing: ${line}`,
      { lists: { karma_tlds: ["x:1", line] } },
      "lists.karma_tlds[1]",
      `"${line}" is not`,
    ] as const
  ),
  asked: [
    ["without karma_tlds MAIL is not asked about", {}, ["connect", "disconnect"]],
    ["nor where another karma does it", { ...listed, settings: { top_level_domains: false } }, [
      "connect",
      "disconnect",
    ]],
    ["with it, it is", listed, ["connect", "mail", "disconnect"]],
  ],
});

const { open, folder } = testRemembering({
  plugin,
  folder: import.meta.dirname,
  dialogues,
  broken: [{}, connect(0, pass()), leave(0, -3), connect(0, pass())],
});

test("of sessions that end at the same time, in two processes, each counts", async () => {
  const path = join(folder, "shared.sqlite");
  const servers = [await open(lasting, path, () => beginning), await open(lasting, path, () => beginning)];
  const event = { ...factEvent({ session: session("192.0.2.1", 3, []) }), time: beginning };
  await Promise.all(Array.from({ length: 30 }, (_, i) => servers[i % 2]?.run.ask("disconnect", event)));
  const got = await servers[0]?.store.namespace("karma").get("192.0.2.1");
  assert.deepEqual(got?.kind === "ok" && JSON.parse(got.value), { nice: 30, naughty: 0, at: beginning });
  for (const { run } of servers) {
    for (const line of run.logged) assert.match(line, /^info nice session of 192\.0\.2\.1/);
  }
});
