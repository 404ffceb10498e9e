// Which names fcrdns confirms, and what that is worth.

import assert from "node:assert/strict";
import { test } from "node:test";
import { defer, pass, reject } from "#sdk";
import type { Answer } from "#sdk";
import { ask, configure, type FakeDns, type FakeHost, fakeHost } from "#sdk/testing";
import { askingHosts } from "../../test/support/asking.ts";
import { type Case, testPlugin } from "../shared/cases.ts";
import { connectFrom } from "../shared/sample_events.ts";
import plugin from "./plugin.ts";

const many = Array.from({ length: 30 }, (_, index) => `n${index}.example`);

const table: FakeDns = {
  "192.0.2.1": { PTR: ["mail.example.com"] },
  "2001:db8::1": { PTR: ["mail.example.com"] },
  "2001:db8::ffff": { PTR: ["mail.example.com"] },
  "2001:db8:0:1::1": { PTR: ["mail.example.com"] },
  "192.0.2.77": { PTR: ["mail.example.com"] },
  "198.51.100.1": { PTR: ["mail.example.com"] },
  "mail.example.com": { A: ["203.0.113.1", "192.0.2.1"], AAAA: ["2001:db8::1"] },
  "198.51.100.2": { PTR: ["wrong.example.com", "also.example.com"] },
  "also.example.com": { A: ["198.51.100.2"] },
  "128.0.0.1": { PTR: ["localhost"] },
  "126.1.1.1": { PTR: ["LOCALHOST"] },
  "198.51.100.3": { PTR: ["boogers"] },
  "198.51.100.4": { PTR: ["under_score.example.com"] },
  "198.51.100.5": { A: [] },
  "198.51.100.6": "SERVFAIL",
  "198.51.100.7": { PTR: ["gone.example.com"] },
  "198.51.100.8": { PTR: ["down.example.com"] },
  "down.example.com": "SERVFAIL",
  "198.51.100.9": "timeout",
  "198.51.100.10": { PTR: many },
};

function row(title: string, address: string, expected: Answer, settings = {}): Case {
  return [title, { settings: { timeout: 1, ...settings } }, "connect", connectFrom(address), expected];
}

const refuse = { refuse: true };
const loopback: Answer = { ...pass(), score: 1 };

type Iprev = "pass" | "fail" | "temperror" | "permerror";

/** What the field says of an address: a reason for all but those whose name leads back. */
function iprev(result: Iprev, address: string, reason?: string): Pick<Answer, "results"> {
  const properties = { "policy.iprev": address };
  return { results: [{ method: "iprev", result, ...(reason === undefined ? {} : { reason }), properties }] };
}

function confirmed(address: string, name = "mail.example.com"): Answer {
  return { ...pass(), score: 1, notes: { session: { name } }, ...iprev("pass", address) };
}

function suspected(address: string, result: Iprev, reason: string): Answer {
  return { ...pass(), score: -1, ...iprev(result, address, reason) };
}

function unsure(address: string, result: Iprev, reason: string): Answer {
  return { ...pass(), ...iprev(result, address, reason) };
}

function refused(address: string, result: Iprev, text: string, score?: number): Answer {
  const scored = score === undefined ? {} : { score };
  return { ...reject(text, { status: "5.7.25" }), ...scored, ...iprev(result, address, text) };
}

function deferred(address: string, text: string): Answer {
  return { ...defer(text, { status: "4.7.25" }), ...iprev("temperror", address, text) };
}

const likeLoopback = "2607:f060:b008:feed::127.0.0.1";
const nameless = `${likeLoopback} has no name in DNS`;

const { host, runWasm } = await askingHosts(table);

testPlugin({
  plugin,
  folder: import.meta.dirname,
  host,
  runWasm,
  cases: [
    row("the loopback interface, which has nothing to look up", "127.0.0.1", loopback),
    row("any address of it", "127.1.1.1", loopback),
    row("the last one too", "127.255.255.255", loopback),
    row("that of IPv6", "::1", loopback),
    row("not what only ends like it", likeLoopback, suspected(likeLoopback, "permerror", nameless)),
    row("a name that leads back", "192.0.2.1", confirmed("192.0.2.1")),
    row("an IPv4 client of an IPv6 socket", "::ffff:192.0.2.1", confirmed("::ffff:192.0.2.1")),
    row("the same by IPv6", "2001:db8::1", confirmed("2001:db8::1")),
    row("one of several names is enough", "198.51.100.2", confirmed("198.51.100.2", "also.example.com")),
    row(
      "a name that leads into the same /24",
      "192.0.2.77",
      unsure("192.0.2.77", "fail", "mail.example.com, in the same network"),
    ),
    row(
      "a name that leads into the same /64",
      "2001:db8::ffff",
      unsure("2001:db8::ffff", "fail", "mail.example.com, in the same network"),
    ),
    row(
      "a name that leads elsewhere",
      "198.51.100.1",
      unsure("198.51.100.1", "fail", "Its name mail.example.com leads to another address"),
    ),
    row(
      "into another /64",
      "2001:db8:0:1::1",
      unsure("2001:db8:0:1::1", "fail", "Its name mail.example.com leads to another address"),
    ),
    row(
      "who is called localhost and is not",
      "128.0.0.1",
      suspected("128.0.0.1", "fail", "128.0.0.1 is called localhost, which is no full domain name"),
    ),
    row(
      "whatever the case",
      "126.1.1.1",
      suspected("126.1.1.1", "fail", "126.1.1.1 is called localhost, which is no full domain name"),
    ),
    row(
      "a name without a dot",
      "198.51.100.3",
      suspected("198.51.100.3", "fail", "198.51.100.3 is called boogers, which is no full domain name"),
    ),
    row(
      "a name with strange characters",
      "198.51.100.4",
      suspected("198.51.100.4", "fail", "198.51.100.4 is called under_score.example.com, which is no full domain name"),
    ),
    row(
      "a client without a name",
      "203.0.113.99",
      suspected("203.0.113.99", "permerror", "203.0.113.99 has no name in DNS"),
    ),
    row(
      "an address without PTR records",
      "198.51.100.5",
      suspected("198.51.100.5", "permerror", "198.51.100.5 has no name in DNS"),
    ),
    row(
      "a name without an address",
      "198.51.100.7",
      suspected("198.51.100.7", "fail", "Its name gone.example.com has no address"),
    ),
    row(
      "a name server that fails is no fault of the client's",
      "198.51.100.6",
      unsure("198.51.100.6", "temperror", "Cannot look up the name of 198.51.100.6 now"),
    ),
    row(
      "neither is one on the way back",
      "198.51.100.8",
      unsure("198.51.100.8", "temperror", "Cannot look up down.example.com now"),
    ),
    row(
      "nor one that says nothing",
      "198.51.100.9",
      unsure("198.51.100.9", "temperror", "Cannot look up the name of 198.51.100.9 now"),
    ),
    row("a client by a Unix socket", "", pass()),
    [
      "a name that a trusted server knows is not looked up",
      {},
      "connect",
      connectFrom("192.0.2.200", { clientName: "mail.example.com" }),
      unsure("192.0.2.200", "fail", "mail.example.com, in the same network"),
    ],
    [
      "but must lead back",
      { settings: refuse },
      "connect",
      connectFrom("198.51.100.200", { clientName: "gone.example.com" }),
      refused("198.51.100.200", "fail", "Its name gone.example.com has no address", -1),
    ],
    row(
      "refused: no name",
      "203.0.113.99",
      refused("203.0.113.99", "permerror", "203.0.113.99 has no name in DNS", -1),
      refuse,
    ),
    row(
      "refused: localhost",
      "128.0.0.1",
      refused("128.0.0.1", "fail", "128.0.0.1 is called localhost, which is no full domain name", -1),
      refuse,
    ),
    row(
      "refused: leads elsewhere",
      "198.51.100.1",
      refused("198.51.100.1", "fail", "Its name mail.example.com leads to another address"),
      refuse,
    ),
    row(
      "not refused: the same network",
      "192.0.2.77",
      unsure("192.0.2.77", "fail", "mail.example.com, in the same network"),
      refuse,
    ),
    row(
      "not refused: nobody knows",
      "198.51.100.6",
      unsure("198.51.100.6", "temperror", "Cannot look up the name of 198.51.100.6 now"),
      refuse,
    ),
    row(
      "later, if the operator says so",
      "198.51.100.6",
      deferred("198.51.100.6", "Cannot look up the name of 198.51.100.6 now"),
      { defer_unanswered: true },
    ),
    row(
      "on the way back too",
      "198.51.100.8",
      deferred("198.51.100.8", "Cannot look up down.example.com now"),
      { defer_unanswered: true },
    ),
  ],
});

function connect(address: string, name?: string): FakeHost {
  const host = fakeHost({ dns: table });
  const { setup } = configure(plugin, { settings: { refuse: false, defer_unanswered: false, timeout: 4 } });
  ask(plugin, "connect", connectFrom(address, name === undefined ? {} : { clientName: name }), setup, host);
  return host;
}

const costs: readonly (readonly [address: string, queries: readonly number[], name?: string])[] = [
  ["127.0.0.1", []],
  ["192.0.2.1", [1, 1]],
  ["203.0.113.99", [1]],
  ["198.51.100.3", [1]],
  // Whoever owns the reverse zone may name thousands.
  ["198.51.100.10", [1, 10]],
  ["192.0.2.1", [1], "mail.example.com"],
];

test("it asks for the name and for its addresses of the client's family, no more", () => {
  for (const [address, queries, name] of costs) {
    const asked = connect(address, name).asked.map(({ request }) => (request as { queries: unknown[] }).queries.length);
    assert.deepEqual(asked, queries, address);
  }
});

test("what was found is in the log for those who look for it", () => {
  assert.deepEqual(connect("192.0.2.1").logged, [{ level: "debug", text: "iprev=pass: mail.example.com" }]);
});
