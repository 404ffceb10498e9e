// What a plugin may ask of the domain name system, and what it is told.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DnsServer } from "../../test/support/dns_server.ts";
import { awakeTime } from "../../test/support/own_time.ts";
import { StubResolver } from "../dns/stub_resolver.ts";
import type { CallContext, Fulfilled } from "./capability.ts";
import { dnsCapability } from "./dns.ts";

const server = await DnsServer.start({
  "example.org A": ["192.0.2.1"],
  "example.org MX": { records: ["10 mx.example.org"], authenticated: true, ttl: 60 },
  "example.org TXT": ["v=spf1 -all"],
  "1.2.0.192.in-addr.arpa PTR": ["mail.example.org"],
  "broken.example.org A": "SERVFAIL",
  "silent.example.org A": "TIMEOUT",
  "quick.example.org A": ["192.0.2.1"],
});
after(() => server.stop());

const capability = dnsCapability(new StubResolver({ servers: [server.address] }));

async function ask(request: unknown, context: Partial<CallContext> = {}): Promise<Fulfilled> {
  return await capability.fulfil(request, {
    plugin: "spf",
    scopes: ["*"],
    signal: new AbortController().signal,
    time: 0,
    ...context,
  });
}

test("the answers come in the order of the queries, each with how it ended", async () => {
  const queries = [
    { name: "Example.org.", type: "MX" },
    { name: "nobody.example.org", type: "A" },
    { name: "example.org", type: "AAAA" },
    { name: "broken.example.org", type: "A" },
    { name: "bücher.example", type: "A" },
    { name: "192.0.2.1", type: "PTR" },
  ];
  const plain = { rcode: "NOERROR", ttl: 60, authenticated: false, records: [] };
  assert.deepEqual(await ask({ queries }), {
    kind: "done",
    value: {
      answers: [
        { ...plain, authenticated: true, records: [{ preference: 10, exchange: "mx.example.org" }] },
        { ...plain, rcode: "NXDOMAIN" },
        plain,
        { ...plain, rcode: "SERVFAIL", ttl: 0 },
        { error: { code: "badName", message: "the name holds a space, a control character or one outside ASCII" } },
        { ...plain, ttl: 300, records: ["mail.example.org"] },
      ],
    },
  });
});

const one = { name: "example.org", type: "A" };

const bad: readonly (readonly [request: unknown, message: RegExp])[] = [
  [undefined, /missing|object/],
  ["dns", /object/i],
  [[], /queries: is missing|object/],
  [{}, /^queries: is missing/],
  [{ queries: {} }, /^queries: must be a list/],
  [{ queries: [] }, /^queries: is empty/],
  [{ queries: new Array(51).fill(one) }, /^queries: has more than 50/],
  [{ queries: [one, { name: "example.org" }] }, /^queries\.1\.type: is missing/],
  [{ queries: [{ ...one, type: "ANY" }] }, /^queries\.0\.type: must be one of A, AAAA/],
  [{ queries: [{ ...one, name: 5 }] }, /^queries\.0\.name: must be a string/],
  [{ queries: [{ ...one, name: "x".repeat(256) }] }, /^queries\.0\.name: must have at most 255/],
  [{ queries: [{ ...one, server: "192.0.2.1" }] }, /^queries\.0\.server: is not known/],
  [{ queries: [one], timeout: 0 }, /^timeout: must be an integer from 1/],
  [{ queries: [one], timeout: 10_001 }, /^timeout: must be an integer from 1/],
  [{ queries: [one], timeout: 1.5 }, /^timeout: must be an integer from 1/],
  [{ queries: [one], recursive: false }, /^recursive: is not known/],
];

test("a request that is none is refused with the place of what is wrong", async () => {
  for (const [request, message] of bad) {
    const refused = await ask(request);
    assert.equal(refused.kind === "refused" && refused.code, "badRequest", JSON.stringify(request));
    assert.match(refused.kind === "refused" ? refused.message : "", message);
  }
});

const grants: readonly (readonly [scopes: readonly string[], name: string, type: string, granted: boolean])[] = [
  [["*"], "example.org", "A", true],
  [[], "example.org", "A", false],
  [["A"], "example.org", "A", true],
  [["A"], "example.org", "TXT", false],
  [["MX", "TXT"], "example.org", "TXT", true],
  [["*.org"], "example.org", "A", true],
  [["*.org"], "Example.ORG.", "A", true],
  [["*.example.org"], "example.org", "A", false],
  [["*.example.org"], "evilexample.org", "A", false],
  [["TXT:*.org"], "example.org", "TXT", true],
  [["TXT:*.org"], "example.org", "A", false],
  [["TXT:*.net", "A:*.org"], "example.org", "TXT", false],
  [["*.in-addr.arpa"], "192.0.2.1", "PTR", true],
  [["192.0.2.1"], "192.0.2.1", "PTR", false],
];

test("only what a scope covers is asked for", async () => {
  for (const [scopes, name, type, granted] of grants) {
    const fulfilled = await ask({ queries: [{ name, type }] }, { scopes });
    const code = fulfilled.kind === "done" ? "done" : fulfilled.code;
    assert.equal(code, granted ? "done" : "notGranted", `${scopes} ${name} ${type}`);
  }
});

test("one query too many and nothing is asked for at all", async () => {
  const before = server.asked.length;
  const queries = [{ name: "first.example.org", type: "A" }, { name: "second.example.org", type: "TXT" }];
  assert.deepEqual(await ask({ queries }, { scopes: ["A"] }), {
    kind: "refused",
    code: "notGranted",
    message: "no grant covers dns:TXT:second.example.org",
  });
  assert.equal(server.asked.length, before);
});

test("a query that takes too long does not cost the others their answers", async () => {
  const queries = [{ name: "silent.example.org", type: "A" }, { name: "quick.example.org", type: "A" }];
  const fulfilled = await ask({ queries, timeout: 800 });
  assert.deepEqual(fulfilled.kind === "done" && fulfilled.value, {
    answers: [
      { error: { code: "timeout", message: "no answer within 800 ms" } },
      { rcode: "NOERROR", ttl: 300, authenticated: false, records: ["192.0.2.1"] },
    ],
  });
});

test("when the call ends, so does its question", async () => {
  const stop = new AbortController();
  const asked = ask({ queries: [{ name: "silent.example.org", type: "A" }] }, { signal: stop.signal });
  const time = awakeTime();
  stop.abort();
  const fulfilled = await asked;
  assert.equal(fulfilled.kind === "refused" && fulfilled.code, "aborted");
  assert.ok(time() < 500);
  const late = await ask({ queries: [{ name: "late.example.org", type: "A" }] }, { signal: stop.signal });
  assert.equal(late.kind === "refused" && late.code, "aborted");
  assert.equal(server.count("late.example.org A"), 0);
});
