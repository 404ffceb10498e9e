// Aliases and times to live.

import assert from "node:assert/strict";
import { test } from "node:test";
import { interpret } from "./interpret.ts";
import type { Message, WireRecord } from "./message.ts";
import type { Answered } from "./resolver.ts";

function alias(owner: string, content: string, ttl = 300): WireRecord {
  return { type: "CNAME", owner, content, ttl };
}

function address(owner: string, content: string, ttl = 300): WireRecord {
  return { type: "A", owner, content, ttl };
}

function message(fields: Partial<Message>): Message {
  return {
    kind: "message",
    rcode: "NOERROR",
    authenticated: false,
    records: [],
    negativeTtl: 0,
    octets: 50,
    ...fields,
  };
}

const chain = Array.from({ length: 17 }, (_, i) => alias(i === 0 ? "a.org" : `c${i}.org`, `c${i + 1}.org`));

const rows: readonly (readonly [rule: string, message: Partial<Message>, answer: Partial<Answered>])[] = [
  ["records keep their order", { records: [address("a.org", "192.0.2.2"), address("a.org", "192.0.2.1")] }, {
    records: ["192.0.2.2", "192.0.2.1"],
    ttl: 300,
  }],
  ["records of other names are none of ours", { records: [address("b.org", "192.0.2.1")] }, {}],
  ["the least time to live counts", {
    records: [address("a.org", "192.0.2.1", 90), address("a.org", "192.0.2.2", 60), address("b.org", "192.0.2.3", 1)],
  }, { records: ["192.0.2.1", "192.0.2.2"], ttl: 60 }],
  ["that of an alias too", { records: [address("b.org", "192.0.2.1"), alias("a.org", "b.org", 30)] }, {
    records: ["192.0.2.1"],
    ttl: 30,
  }],
  ["none at all is honoured", { records: [address("a.org", "192.0.2.1", 0)] }, { records: ["192.0.2.1"], ttl: 0 }],
  ["no more than a day", { records: [address("a.org", "192.0.2.1", 1_000_000)] }, {
    records: ["192.0.2.1"],
    ttl: 86_400,
  }],
  ["aliases in a circle end", { records: [alias("a.org", "b.org"), alias("b.org", "a.org")] }, {}],
  ["aliases are followed sixteen deep", { records: [...chain.slice(0, 16), address("c16.org", "192.0.2.1")] }, {
    records: ["192.0.2.1"],
    ttl: 300,
  }],
  ["and no deeper", { records: [...chain, address("c17.org", "192.0.2.1")] }, {}],
  ["the SOA says how long nothing is nothing", { rcode: "NXDOMAIN", negativeTtl: 60 }, { rcode: "NXDOMAIN", ttl: 60 }],
  ["also for a name without such records", { negativeTtl: 60 }, { ttl: 60 }],
  ["an alias in front may shorten it", { negativeTtl: 60, records: [alias("a.org", "b.org", 20)] }, { ttl: 20 }],
  ["but five minutes at most", { rcode: "NXDOMAIN", negativeTtl: 3_600 }, { rcode: "NXDOMAIN", ttl: 300 }],
  ["without it nothing is not remembered", { rcode: "NXDOMAIN" }, { rcode: "NXDOMAIN" }],
  ["a failing server's records are not used", {
    rcode: "SERVFAIL",
    negativeTtl: 60,
    records: [address("a.org", "192.0.2.1")],
  }, { rcode: "SERVFAIL" }],
];

test("what a message says about the name asked for", () => {
  for (const [rule, fields, answer] of rows) {
    const expected = { kind: "answer", records: [], ttl: 0, rcode: "NOERROR", authenticated: false, ...answer };
    assert.deepEqual(interpret({ name: "a.org", type: "A" }, message(fields), false), expected, rule);
  }
});

test("asked for an alias, the alias itself is the answer", () => {
  const answer = interpret({ name: "a.org", type: "CNAME" }, message({ records: chain }), false);
  assert.deepEqual(answer.records, ["c1.org"]);
});

test("the word of a server on signatures counts only if it is trusted", () => {
  const question = { name: "a.org", type: "A" } as const;
  for (const [says, trusted, counts] of [[true, true, true], [true, false, false], [false, true, false]] as const) {
    assert.equal(interpret(question, message({ authenticated: says }), trusted).authenticated, counts);
  }
});
