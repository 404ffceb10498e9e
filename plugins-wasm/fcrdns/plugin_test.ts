// Which names fcrdns confirms, and what that is worth.

import assert from "node:assert/strict";
import { test } from "node:test";
import { defer, pass, reject } from "#sdk";
import type { Answer, ConnectEvent } from "#sdk";
import { ask, configure, connectEvent, type FakeDns, type FakeHost, fakeHost } from "#sdk/testing";
import { askingHosts } from "../../test/support/asking.ts";
import { type Case, testPlugin } from "../shared/cases.ts";
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

function from(address: string, clientName?: string): ConnectEvent {
  const { session, ...event } = connectEvent();
  const named = clientName === undefined ? {} : { clientName };
  return { ...event, session: { ...session, ...named, client: { address, port: 50_000 } } };
}

function row(title: string, address: string, expected: Answer, settings = {}): Case {
  return [title, { settings: { timeout: 0.3, ...settings } }, "connect", from(address), expected];
}

const confirmed: Answer = { ...pass(), score: 1 };
const suspected: Answer = { ...pass(), score: -1 };
const refuse = { refuse: true };

function refused(text: string, score?: number): Answer {
  return { ...reject(text, { status: "5.7.25" }), ...(score === undefined ? {} : { score }) };
}

const { host, runWasm } = await askingHosts(table);

testPlugin({
  plugin,
  folder: import.meta.dirname,
  host,
  runWasm,
  cases: [
    row("the loopback interface", "127.0.0.1", confirmed),
    row("any address of it", "127.1.1.1", confirmed),
    row("the last one too", "127.255.255.255", confirmed),
    row("that of IPv6", "::1", confirmed),
    row("a name that leads back", "192.0.2.1", confirmed),
    row("an IPv4 client of an IPv6 socket", "::ffff:192.0.2.1", confirmed),
    row("the same by IPv6", "2001:db8::1", confirmed),
    row("one of several names is enough", "198.51.100.2", confirmed),
    row("a name that leads into the same /24", "192.0.2.77", pass()),
    row("a name that leads into the same /64", "2001:db8::ffff", pass()),
    row("a name that leads elsewhere", "198.51.100.1", pass()),
    row("into another /64", "2001:db8:0:1::1", pass()),
    row("who is called localhost and is not", "128.0.0.1", suspected),
    row("whatever the case", "126.1.1.1", suspected),
    row("a name without a dot", "198.51.100.3", suspected),
    row("a name with strange characters", "198.51.100.4", suspected),
    row("a client without a name", "203.0.113.99", suspected),
    row("an address without PTR records", "198.51.100.5", suspected),
    row("a name without an address", "198.51.100.7", suspected),
    row("a name server that fails is no fault of the client's", "198.51.100.6", pass()),
    row("neither is one on the way back", "198.51.100.8", pass()),
    row("nor one that says nothing", "198.51.100.9", pass()),
    row("a client by a Unix socket", "", pass()),
    [
      "a name that a trusted server knows is not looked up",
      {},
      "connect",
      from("192.0.2.200", "mail.example.com"),
      pass(),
    ],
    [
      "but must lead back",
      { settings: refuse },
      "connect",
      from("198.51.100.200", "gone.example.com"),
      refused("Its name gone.example.com has no address", -1),
    ],
    row("refused: no name", "203.0.113.99", refused("203.0.113.99 has no name in DNS", -1), refuse),
    row(
      "refused: localhost",
      "128.0.0.1",
      refused("128.0.0.1 is called localhost, which is no full domain name", -1),
      refuse,
    ),
    row(
      "refused: leads elsewhere",
      "198.51.100.1",
      refused("Its name mail.example.com leads to another address"),
      refuse,
    ),
    row("not refused: the same network", "192.0.2.77", pass(), refuse),
    row("not refused: nobody knows", "198.51.100.6", pass(), refuse),
    row(
      "later, if the operator says so",
      "198.51.100.6",
      defer("Cannot look up the name of 198.51.100.6 now", { status: "4.7.25" }),
      { defer_unanswered: true },
    ),
    row(
      "on the way back too",
      "198.51.100.8",
      defer("Cannot look up down.example.com now", { status: "4.7.25" }),
      { defer_unanswered: true },
    ),
  ],
});

function connect(address: string, name?: string): FakeHost {
  const host = fakeHost({ dns: table });
  const { setup } = configure(plugin, { settings: { refuse: false, defer_unanswered: false, timeout: 4 } });
  ask(plugin, "connect", from(address, name), setup, host);
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
