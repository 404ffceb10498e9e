// Whom dnsbl refuses, which lists it believes, and how much it asks for that.

import assert from "node:assert/strict";
import { test } from "node:test";
import { defer, HostError, pass, reject } from "#sdk";
import type { Answer } from "#sdk";
import { ask, configure, type FakeDns, type FakeHost, fakeHost } from "#sdk/testing";
import { askingHosts } from "../../test/support/asking.ts";
import { type Case, testPlugin } from "../shared/cases.ts";
import { believed } from "../shared/dead_lists.ts";
import { connectFrom } from "../shared/sample_events.ts";
import { dnsQueries } from "../shared/dns_queries.ts";
import { zoneListCases } from "../shared/zone_list_cases.ts";
import plugin from "./plugin.ts";

const ipv6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";

const table: FakeDns = {
  "2.0.0.127.bl.test": { A: ["127.0.0.2"], TXT: ["test entry"] },
  "1.2.0.192.bl.test": { A: ["127.0.0.2"], TXT: ["spam, see\r\nhttps://bl.test/\u00fc", "second"] },
  [`${ipv6}.bl.test`]: { A: ["127.0.0.2"], TXT: ["IPv6 too"] },
  "1.2.0.192.silent.test": { A: ["127.0.0.3"] },
  "1.2.0.192.long.test": { A: ["127.0.0.3"], TXT: ["x".repeat(1000)] },
  "1.2.0.192.parked.test": { A: ["203.0.113.80"] },
  "1.0.0.127.parked.test": { A: ["203.0.113.80"] },
  "1.2.0.192.all.test": { A: ["127.0.0.2"] },
  "1.0.0.127.all.test": { A: ["127.0.0.2"] },
  "1.2.0.192.angry.test": { A: ["127.255.255.254"] },
  "1.0.0.127.angry.test": { A: ["127.255.255.254"] },
  "1.2.0.192.codes.test": { A: ["127.0.0.10", "127.0.0.4"] },
  "1.2.0.192.allow.test": { A: ["127.0.5.1"] },
  "1.2.0.192.down.test": "SERVFAIL",
  "1.0.0.127.down.test": "SERVFAIL",
  "1.2.0.192.slow.test": "timeout",
  "1.0.0.127.slow.test": "timeout",
};

function refused(text: string, hits = 1): Answer {
  return { ...reject(text, { status: "5.7.1" }), score: -hits };
}

type Settings = { readonly threshold?: number; readonly defer_unanswered?: boolean };

function row(
  title: string,
  zones: readonly string[],
  expected: Answer,
  address = "192.0.2.1",
  settings: Settings = {},
): Case {
  const quick = { timeout: 1, ...settings };
  return [
    title,
    { settings: quick, lists: { dnsbl_zones: zones, dnsbl_allow: allow } },
    "connect",
    connectFrom(address),
    expected,
  ];
}

const allow = ["192.0.2.5", "198.51.100.", "203.0.113.0/25"];
const fromText = refused("spam, see??https://bl.test/?");
const asksLater = { defer_unanswered: true };

const { host, runWasm, dns } = await askingHosts(table);

const zones = zoneListCases("dnsbl_zones", "connect");

testPlugin({
  plugin,
  folder: import.meta.dirname,
  host,
  runWasm,
  cases: [
    row("a client that is not listed", ["bl.test"], pass(), "192.0.2.9"),
    row("a listed client, with the list's own text made fit for a reply", ["bl.test"], fromText),
    row("the test address of RFC 5782", ["bl.test"], refused("test entry"), "127.0.0.2"),
    row("an IPv6 client by its nibbles", ["bl.test"], refused("IPv6 too"), "2001:db8::1"),
    row("an IPv4 client of an IPv6 socket", ["bl.test"], fromText, "::ffff:192.0.2.1"),
    row("a client by a Unix socket", ["bl.test"], pass(), ""),
    row(
      "the operator's message, with the address",
      ["bl.test:Blocked %IP%: see https://bl.test/?%IP%"],
      refused(
        "Blocked 192.0.2.1: see https://bl.test/?192.0.2.1",
      ),
    ),
    row(
      "a message no longer than a reply",
      [`bl.test:${"%IP%".repeat(75)}`],
      refused("192.0.2.1".repeat(50).slice(0, 400)),
    ),
    row("a list without a text", ["silent.test"], refused("192.0.2.1 is listed by silent.test")),
    row("a text without end", ["long.test"], refused("x".repeat(200))),
    row("an allowed client", ["bl.test"], pass(), "192.0.2.5"),
    row("its neighbour", ["bl.test"], pass(), "192.0.2.6"),
    row(
      "every list that names it takes a point, the first one speaks",
      ["silent.test", "bl.test"],
      refused(
        "192.0.2.1 is listed by silent.test",
        2,
      ),
    ),
    row("weights below the threshold", ["bl.test*2", "silent.test"], { ...pass(), score: -2 }, "192.0.2.1", {
      threshold: 4,
    }),
    row("weights at the threshold", ["bl.test*2", "silent.test"], { ...fromText, score: -2 }, "192.0.2.1", {
      threshold: 3,
    }),
    row("a list with a negative weight", ["bl.test*2", "allow.test*-2"], { ...pass(), score: -1 }),
    row("an answer code that counts", ["codes.test=127.0.0.[2..4]:dial-up"], refused("dial-up")),
    row("answer codes that do not count", ["codes.test=127.0.0.[5..9]"], pass()),
    row(
      "one zone twice, with other codes and weights",
      ["codes.test=127.0.0.4*2", "codes.test=127.0.0.10*3"],
      {
        ...refused("192.0.2.1 is listed by codes.test", 2),
      },
      "192.0.2.1",
      { threshold: 5 },
    ),
    row("a zone that somebody else has bought", ["parked.test"], pass()),
    row("a list that lists everything", ["all.test"], pass()),
    row("beside one that does not", ["all.test", "bl.test"], fromText),
    row("a list that wants no more questions", ["angry.test"], pass()),
    row("a list that fails", ["down.test"], pass()),
    row("beside one that does not", ["down.test", "bl.test"], fromText),
    row("a list that says nothing", ["slow.test"], pass()),
    row(
      "later, if the operator says so",
      ["down.test"],
      defer("Cannot ask down.test now, try again later", { status: "4.7.1" }),
      "192.0.2.1",
      asksLater,
    ),
    row(
      "later, for an error answer too",
      ["angry.test"],
      defer("Cannot ask angry.test now, try again later", { status: "4.7.1" }),
      "192.0.2.1",
      asksLater,
    ),
    row("not later, if the list decides nothing", ["down.test", "bl.test"], fromText, "192.0.2.1", asksLater),
    row("not later, if it could not decide", ["down.test"], pass(), "192.0.2.1", { ...asksLater, threshold: 2 }),
    row(
      "later, if a list in favour is silent",
      ["bl.test", "down.test*-1"],
      {
        ...defer("Cannot ask down.test now, try again later", { status: "4.7.1" }),
        score: -1,
      },
      "192.0.2.1",
      asksLater,
    ),
  ],
  ...zones,
  misconfigured: [
    ...zones.misconfigured,
    [
      "a network that is none",
      { lists: { dnsbl_allow: ["192.0.2"] } },
      "lists.dnsbl_allow[0]",
      '"192.0.2" is no network',
    ],
  ],
});

function connect(host: FakeHost, zones: readonly string[], address: string, time = 0): Answer {
  const settings = { threshold: 1, defer_unanswered: false, timeout: 5 };
  const { setup } = configure(plugin, { settings, lists: { dnsbl_zones: zones, dnsbl_allow: allow } });
  return ask(plugin, "connect", { ...connectFrom(address), time }, setup, host);
}

test("all lists are asked side by side, and tested in the same request once an hour", () => {
  let time = 0;
  const host = fakeHost({ dns: table, store: {}, now: () => time });
  const zones = ["bl.test", "silent.test*0"];
  const tests = ["1.0.0.127.bl.test A", "1.0.0.127.silent.test A"];
  for (time of [0, 1000, believed - 1, believed]) connect(host, zones, "192.0.2.9", time);
  const asked = ["9.2.0.192.bl.test A", "9.2.0.192.silent.test A"];
  assert.deepEqual(dnsQueries(host), [[...asked, ...tests], asked, asked, [...asked, ...tests]]);
});

test("a list that lists everything is named in the log, and not asked for an hour", () => {
  let time = 0;
  const host = fakeHost({ dns: table, store: {}, now: () => time });
  for (time of [0, 1000, believed]) assert.deepEqual(connect(host, ["all.test"], "192.0.2.1", time), pass());
  const both = ["1.2.0.192.all.test A", "1.0.0.127.all.test A"];
  assert.deepEqual(dnsQueries(host), [both, both]);
  const text = "all.test lists 1.0.0.127, so everything: it is ignored for an hour";
  assert.deepEqual(host.logged, [{ level: "warn", text }, { level: "warn", text }]);
});

test("IPv4 and IPv6 are tested apart, and one test does not forget the other", () => {
  const host = fakeHost({ dns: table, store: {} });
  for (const address of ["192.0.2.9", "2001:db8::9", "192.0.2.9", "2001:db8::9"]) connect(host, ["bl.test"], address);
  assert.deepEqual(dnsQueries(host).map(({ length }) => length), [2, 2, 1, 1]);
});

test("a list that did not answer its test is tested again", () => {
  const host = fakeHost({ dns: table, store: {} });
  for (let session = 0; session < 2; session++) connect(host, ["down.test"], "192.0.2.1");
  assert.deepEqual(dnsQueries(host).map(({ length }) => length), [2, 2]);
  assert.deepEqual(host.logged[0], { level: "warn", text: "down.test: the answer is SERVFAIL" });
});

test("the text of a list is asked for only if it is told", () => {
  const host = fakeHost({ dns: table, store: {} });
  connect(host, ["bl.test:no"], "192.0.2.1");
  connect(host, ["bl.test"], "192.0.2.1");
  assert.deepEqual(dnsQueries(host).slice(1), [["1.2.0.192.bl.test A"], ["1.2.0.192.bl.test TXT"]]);
});

test("an allowed client costs no question", () => {
  const host = fakeHost({ dns: table, store: {} });
  for (const address of ["192.0.2.5", "198.51.100.7", "203.0.113.127"]) connect(host, ["bl.test"], address);
  assert.deepEqual(host.asked, []);
});

test("without the store lists are believed, and tested each time", () => {
  const host = fakeHost({ dns: table, store: {} });
  const fail = (): never => {
    throw new HostError("failed", "the disk is full");
  };
  const broken: FakeHost = { ...host, dns: host.dns, store: { ...host.store, get: fail, set: fail } };
  for (let session = 0; session < 2; session++) {
    assert.deepEqual(connect(broken, ["bl.test:no"], "192.0.2.1"), refused("no"));
  }
  assert.deepEqual(dnsQueries(host).map(({ length }) => length), [2, 2]);
  assert.equal(host.logged[0]?.text, "Cannot remember which lists are dead: failed: the disk is full");
});

test("the wasm asked a real name server side by side", () => {
  assert.ok(dns.count("1.2.0.192.bl.test A") > 0);
  assert.ok(dns.count(`${ipv6}.bl.test TXT`) > 0);
});
