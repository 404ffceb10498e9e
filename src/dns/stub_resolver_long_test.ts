// The resolver against name servers on real sockets.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DnsServer, type Row, type Zone } from "../../test/support/dns_server.ts";
import { eventually } from "../../test/support/eventually.ts";
import { awakeTime } from "../../test/support/own_time.ts";
import type { DnsAnswer, RecordType } from "./resolver.ts";
import { type ResolverOptions, StubResolver } from "./stub_resolver.ts";

const never = new AbortController().signal;
const servers: DnsServer[] = [];
after(async () => {
  await Promise.all(servers.map((server) => server.stop()));
});

async function serve(zone: Zone): Promise<DnsServer> {
  const server = await DnsServer.start(zone);
  servers.push(server);
  return server;
}

async function open(
  zone: Zone,
  options: Partial<ResolverOptions> = {},
): Promise<{ server: DnsServer; resolver: StubResolver }> {
  const server = await serve(zone);
  return { server, resolver: new StubResolver({ servers: [server.address], tryTimeout: 4_000, ...options }) };
}

/** Records, or how else it ended. */
async function ask(resolver: StubResolver, name: string, type: RecordType, signal = never): Promise<unknown> {
  const answer: DnsAnswer = await resolver.resolve(name, type, signal);
  if (answer.kind === "failed") return answer.why;
  return answer.rcode === "NOERROR" ? answer.records : answer.rcode;
}

const long = "v=DKIM1; p=" + "x".repeat(3_000);

const zone: Zone = {
  "example.org A": ["192.0.2.1", "192.0.2.2"],
  "example.org AAAA": ["2001:db8::1"],
  "example.org MX": ["10 mx1.example.org", "20 mx2.example.org"],
  "example.org TXT": ["v=spf1 -all", "x".repeat(600)],
  "example.org NS": ["ns1.example.org"],
  "1.2.0.192.in-addr.arpa PTR": ["mail.example.org"],
  "_25._tcp.mx1.example.org TLSA": ["3 1 1 0a0b0c"],
  "null.example.org MX": ["0 ."],
  "www.example.org CNAME": ["example.org"],
  "www.example.net CNAME": ["www.example.org"],
  "broken.example.org A": "SERVFAIL",
  "secret.example.org A": "REFUSED",
  "long.example.org TXT": { records: [long], as: "TRUNCATE" },
  "old.example.org A": { records: ["192.0.2.9"], refusesEdns: true },
};

const rows: readonly (readonly [name: string, type: RecordType, answer: unknown])[] = [
  ["example.org", "A", ["192.0.2.1", "192.0.2.2"]],
  ["Example.ORG.", "AAAA", ["2001:db8::1"]],
  ["example.org", "MX", [
    { preference: 10, exchange: "mx1.example.org" },
    { preference: 20, exchange: "mx2.example.org" },
  ]],
  ["example.org", "TXT", ["v=spf1 -all", "x".repeat(600)]],
  ["example.org", "NS", ["ns1.example.org"]],
  ["example.org", "PTR", []],
  ["1.2.0.192.in-addr.arpa", "PTR", ["mail.example.org"]],
  ["_25._tcp.mx1.example.org", "TLSA", [{ usage: 3, selector: 1, matching: 1, data: "0a0b0c" }]],
  ["null.example.org", "MX", [{ preference: 0, exchange: "." }]],
  ["www.example.org", "CNAME", ["example.org"]],
  ["www.example.net", "A", ["192.0.2.1", "192.0.2.2"]],
  ["nobody.example.org", "A", "NXDOMAIN"],
  ["broken.example.org", "A", "SERVFAIL"],
  ["secret.example.org", "A", "REFUSED"],
  ["long.example.org", "TXT", [long]],
  ["old.example.org", "A", ["192.0.2.9"]],
  ["bücher.example", "A", "badName"],
];

test("every type of record and every code of an answer comes through", async () => {
  const { server, resolver } = await open(zone);
  for (const [name, type, answer] of rows) assert.deepEqual(await ask(resolver, name, type), answer, `${name} ${type}`);
  assert.equal(server.count("bücher.example A"), 0);
});

test("a truncated answer is asked for again by TCP", async () => {
  const { server, resolver } = await open(zone);
  await ask(resolver, "long.example.org", "TXT");
  assert.deepEqual(server.asked, ["long.example.org TXT udp", "long.example.org TXT tcp"]);
});

test("a trusted server's word on signatures is passed on", async () => {
  const { resolver } = await open({
    "a.org A": { records: ["192.0.2.1"], authenticated: true },
    "b.org A": ["192.0.2.1"],
  });
  for (const [name, authenticated] of [["a.org", true], ["b.org", false]] as const) {
    const answer = await resolver.resolve(name, "A", never);
    assert.equal(answer.kind === "answer" && answer.authenticated, authenticated, name);
  }
});

const lies: readonly (readonly [row: Row, why: string, queries: number])[] = [
  [{ as: "WRONG_ID" }, "malformed", 1],
  [{ as: "WRONG_QUESTION" }, "malformed", 1],
  [{ as: "GARBAGE" }, "malformed", 1],
  [{ as: "FLOOD" }, "malformed", 1],
  [{ as: "OTHER_PORT" }, "timeout", 1],
  [{ as: "TIMEOUT" }, "timeout", 1],
  [{ as: "TRUNCATE", tcp: "WRONG_ID" }, "malformed", 2],
  [{ as: "TRUNCATE", tcp: "WRONG_QUESTION" }, "malformed", 2],
  [{ as: "TRUNCATE", tcp: "GARBAGE" }, "malformed", 2],
  [{ as: "TRUNCATE", tcp: "TRUNCATE" }, "malformed", 2],
  [{ as: "TRUNCATE", tcp: "CLOSE" }, "network", 2],
  [{ as: "TRUNCATE", tcp: "TIMEOUT" }, "timeout", 2],
];

/** A question that nobody waits for any more may still be on its way. */
async function isAsked(server: DnsServer, times: number): Promise<void> {
  await eventually(() => `asked ${server.asked.length} times`, () => server.asked.length >= times || undefined);
  assert.equal(server.asked.length, times);
}

for (const [row, why, queries] of lies) {
  test(`a server is not believed and the next one is asked: ${Object.values(row).join(" then ")}`, async () => {
    const liar = await serve({ "a.org A": { records: ["192.0.2.66"], ...row } });
    const honest = await serve({ "a.org A": ["192.0.2.1"] });
    // More than a machine may pause.
    const tryTimeout = 400;
    const alone = new StubResolver({ servers: [liar.address], tryTimeout, attempts: 2 });
    assert.equal(await ask(alone, "a.org", "A"), why);
    await isAsked(liar, 2 * queries);
    const both = new StubResolver({ servers: [liar.address, honest.address], tryTimeout });
    assert.deepEqual(await ask(both, "a.org", "A"), ["192.0.2.1"]);
    await isAsked(liar, 3 * queries);
  });
}

test("a forged datagram does not keep the true answer out", async () => {
  const { server, resolver } = await open({ "a.org A": { records: ["192.0.2.1"], as: "LIE_FIRST" } });
  assert.deepEqual(await ask(resolver, "a.org", "A"), ["192.0.2.1"]);
  assert.equal(server.asked.length, 1);
});

test("a flood of forged datagrams ends the question at once", async () => {
  const { resolver } = await open({ "a.org A": { records: ["192.0.2.1"], as: "FLOOD" } }, { attempts: 1 });
  const time = awakeTime();
  assert.equal(await ask(resolver, "a.org", "A"), "malformed");
  assert.ok(time() < 900);
});

test("a server that was silent is not the first to be asked the next time", async () => {
  const silent = await serve({ "* A": "TIMEOUT" });
  const honest = await serve({ "* A": ["192.0.2.1"] });
  const resolver = new StubResolver({ servers: [silent.address, honest.address], tryTimeout: 400 });
  for (const name of ["a.org", "b.org", "c.org"]) assert.deepEqual(await ask(resolver, name, "A"), ["192.0.2.1"]);
  assert.equal(silent.asked.length, 1);
});

test("a server that cannot answer leaves it to the next; the last word is the first that was said", async () => {
  const broken = await serve({ "a.org A": "SERVFAIL", "b.org A": "SERVFAIL" });
  const other = await serve({ "a.org A": ["192.0.2.1"], "b.org A": "REFUSED" });
  const resolver = new StubResolver({ servers: [broken.address, other.address] });
  assert.deepEqual(await ask(resolver, "a.org", "A"), ["192.0.2.1"]);
  assert.equal(await ask(resolver, "b.org", "A"), "SERVFAIL");
});

test("a closed port is no answer, and no hang", async () => {
  const gone = await DnsServer.start();
  const address = gone.address;
  await gone.stop();
  const why = await ask(new StubResolver({ servers: [address], tryTimeout: 60, attempts: 1 }), "a.org", "A");
  // Deno does not tell that the port is closed.
  assert.ok(why === "network" || why === "timeout", String(why));
});

test("the whole question has a deadline, however many servers there are", async () => {
  const silent = await serve({ "* A": "TIMEOUT" });
  const resolver = new StubResolver({
    servers: [silent.address, silent.address],
    tryTimeout: 400,
    timeout: 700,
    attempts: 5,
  });
  const time = awakeTime();
  assert.equal(await ask(resolver, "a.org", "A"), "timeout");
  // Ten tries would take four seconds.
  assert.ok(time() < 1_600);
  await isAsked(silent, 2);
});

test("an answer is remembered for its time to live, and so is the absence of one", async () => {
  let now = 0;
  const { server, resolver } = await open({
    "a.org A": { records: ["192.0.2.1"], ttl: 30 },
    "zero.org A": { records: ["192.0.2.1"], ttl: 0 },
    "broken.org A": "SERVFAIL",
  }, { now: () => now });
  const rows: readonly (readonly [name: string, at: number, asked: number])[] = [
    ["a.org", 0, 1],
    ["A.org.", 29_999, 1],
    ["a.org", 30_001, 2],
    ["none.org", 30_001, 1],
    ["none.org", 90_000, 1],
    ["none.org", 90_002, 2],
    ["zero.org", 90_002, 1],
    ["zero.org", 90_002, 2],
    ["broken.org", 90_002, 1],
    ["broken.org", 90_002, 2],
  ];
  for (const [name, at, asked] of rows) {
    now = at;
    await ask(resolver, name, "A");
    assert.equal(server.count(`${name.toLowerCase().replace(/\.$/, "")} A`), asked, `${name} at ${at}`);
  }
});

test("what is remembered is bounded", async () => {
  const { server, resolver } = await open({ "* A": ["192.0.2.1"] }, { cacheEntries: 10 });
  for (let i = 0; i < 30; i++) await ask(resolver, `n${i}.org`, "A");
  assert.equal(resolver.usage.entries, 10);
  await ask(resolver, "n29.org", "A");
  await ask(resolver, "n0.org", "A");
  assert.deepEqual([server.count("n29.org A"), server.count("n0.org A")], [1, 2]);
});

test("ten who ask the same at once cost one query", async () => {
  const { server, resolver } = await open({ "a.org A": { records: ["192.0.2.1"], ttl: 0, delay: 20 } });
  const names = Array.from({ length: 10 }, (_, i) => i % 2 === 0 ? "a.org" : "A.ORG.");
  const answers = await Promise.all(names.map((name) => ask(resolver, name, "A")));
  assert.deepEqual(answers, new Array(10).fill(["192.0.2.1"]));
  assert.equal(server.asked.length, 1);
  assert.equal(resolver.usage.questions, 0);
});

test("one who leaves early does not disturb those who wait for the same answer", async () => {
  const { server, resolver } = await open({ "a.org A": { records: ["192.0.2.1"], delay: 80 } });
  const stop = new AbortController();
  const leaving = ask(resolver, "a.org", "A", stop.signal);
  const staying = ask(resolver, "a.org", "A");
  stop.abort();
  assert.equal(await leaving, "aborted");
  assert.deepEqual(await staying, ["192.0.2.1"]);
  assert.equal(server.asked.length, 1);
});

test("when all have left the question is called off, and the next to ask begins anew", async () => {
  const { server, resolver } = await open({ "a.org A": "TIMEOUT" }, { sockets: 1 });
  const stop = new AbortController();
  const leaving = [ask(resolver, "a.org", "A", stop.signal), ask(resolver, "a.org", "A", stop.signal)];
  await isAsked(server, 1);
  server.zone = { "a.org A": ["192.0.2.1"] };
  const time = awakeTime();
  stop.abort();
  // With one socket in all: the first must be given back, and at once.
  assert.deepEqual(await ask(resolver, "a.org", "A"), ["192.0.2.1"]);
  assert.ok(time() < 500);
  assert.deepEqual(await Promise.all(leaving), ["aborted", "aborted"]);
  assert.equal(await ask(resolver, "b.org", "A", stop.signal), "aborted");
  assert.equal(server.asked.length, 2);
});

test("a thousand questions at once are all answered, over no more sockets than allowed", async () => {
  const zone: Zone = { "* A": { records: ["192.0.2.1"], delay: 5 } };
  const { server, resolver } = await open(zone, { sockets: 64, tryTimeout: 5_000, timeout: 10_000 });
  const answers = await Promise.all(Array.from({ length: 1_000 }, (_, i) => ask(resolver, `n${i}.org`, "A")));
  assert.deepEqual(answers, new Array(1_000).fill(["192.0.2.1"]));
  assert.equal(server.asked.length, 1_000);
  assert.ok(server.busiest > 1 && server.busiest <= 64, String(server.busiest));
});

test("who waits for a socket waits within the deadline, and in a queue with an end", async () => {
  const { resolver } = await open({ "* A": "TIMEOUT" }, { sockets: 1, waiting: 1, timeout: 80 });
  const answers = ["a.org", "b.org", "c.org"].map((name) => ask(resolver, name, "A"));
  assert.deepEqual(await Promise.all(answers), ["timeout", "timeout", "network"]);
});
