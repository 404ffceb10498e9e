// What is believed of what comes back, and what is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, decode, encode, type Packet } from "dns-packet";
import { makeQuery, type Query, type Reading, readMessage, type WireRecord } from "./message.ts";

const query: Query = makeQuery({ name: "mx.example.org", type: "A" }, true);

function answer(fields: Packet = {}, to: Query = query): Buffer {
  return encode({
    type: "response",
    id: to.id,
    flags: 0x0180,
    questions: [{ name: "mx.example.org", type: "A" }],
    ...fields,
  });
}

/** A copy with some octets replaced. */
function patched(octets: Buffer, at: number, ...values: number[]): Buffer {
  const copy = Buffer.from(octets);
  copy.set(values, at);
  return copy;
}

function read(fields: Packet): Reading {
  return readMessage(answer(fields), query);
}

function records(answers: Answer[]): readonly WireRecord[] {
  const reading = read({ answers });
  return reading.kind === "message" ? reading.records : [];
}

const name = "mx.example.org";
const ok: Answer = { type: "A", name, ttl: 300, data: "192.0.2.1" };

test("a query asks for recursion and for the verdict on signatures, and names its size", () => {
  const packet = decode(Buffer.from(query.octets));
  assert.equal(packet.flags, 0x0120);
  assert.deepEqual(packet.questions, [{ name, type: "A", class: "IN" }]);
  const [extended] = packet.additionals ?? [];
  assert.equal(extended?.type === "OPT" && extended.udpPayloadSize, 1232);
  assert.equal(decode(Buffer.from(makeQuery({ name, type: "A" }, false).octets)).additionals?.length, 0);
});

test("ids do not repeat themselves", () => {
  const ids = new Set(Array.from({ length: 50 }, () => makeQuery({ name, type: "A" }, true).id));
  assert.ok(ids.size > 45);
});

const readings: readonly (readonly [rule: string, octets: Buffer, kind: Reading["kind"]])[] = [
  ["an answer", answer(), "message"],
  ["letters may change their case", answer({ questions: [{ name: "MX.example.ORG", type: "A" }] }), "message"],
  ["another id", answer({ id: query.id ^ 1 }), "foreign"],
  ["our own query", Buffer.from(query.octets), "foreign"],
  ["another operation", patched(answer(), 2, 0x89), "foreign"],
  ["another name", answer({ questions: [{ name: "my.example.org", type: "A" }] }), "foreign"],
  ["a longer name", answer({ questions: [{ name: "mx.example.orgg", type: "A" }] }), "foreign"],
  ["another type", answer({ questions: [{ name, type: "MX" }] }), "foreign"],
  ["another class", answer({ questions: [{ name, type: "A", class: "CH" }] }), "foreign"],
  ["two questions", answer({ questions: [{ name, type: "A" }, { name, type: "A" }] }), "foreign"],
  ["no question", answer({ questions: [] }), "foreign"],
  ["no question as the server could not read it", answer({ questions: [], flags: 0x0181 }), "message"],
  ["another question from a failing server", answer({ questions: [{ name, type: "MX" }], flags: 0x0182 }), "foreign"],
  ["nothing", Buffer.alloc(0), "foreign"],
  ["half a header", answer().subarray(0, 11), "foreign"],
  ["half a question", answer().subarray(0, 20), "foreign"],
  ["cut short", patched(answer({ answers: [ok] }), 2, 0x83).subarray(0, 35), "truncated"],
  ["records that are not there", patched(answer(), 7, 1), "malformed"],
  ["half a record", answer({ answers: [ok] }).subarray(0, -6), "malformed"],
  ["half a text", answer({ answers: [{ type: "TXT", name, data: ["v=spf1 -all"] }] }).subarray(0, -5), "malformed"],
  ["too many records", patched(answer(), 6, 0xff, 0xff), "malformed"],
];

test("only an answer to our own question is one", () => {
  for (const [rule, octets, kind] of readings) assert.equal(readMessage(octets, query).kind, kind, rule);
});

test("no cut and no changed octet of an answer makes reading fail otherwise than by a value", () => {
  const whole = answer({ answers: [ok, { type: "MX", name, ttl: 1, data: { preference: 1, exchange: "a.b" } }] });
  for (let at = 0; at < whole.length; at++) {
    assert.notEqual(readMessage(whole.subarray(0, at), query).kind, "message", `cut at ${at}`);
    for (const value of [0, 1, 63, 64, 192, 255]) readMessage(patched(whole, at, value), query);
  }
});

const contents: readonly (readonly [Answer, content: unknown])[] = [
  [ok, "192.0.2.1"],
  [{ type: "AAAA", name, data: "2001:db8::1" }, "2001:db8::1"],
  [{ type: "MX", name, data: { preference: 10, exchange: "Mail.Example.org" } }, {
    preference: 10,
    exchange: "mail.example.org",
  }],
  [{ type: "MX", name, data: { preference: 0, exchange: "." } }, { preference: 0, exchange: "." }],
  [{ type: "TXT", name, data: ["v=spf1 ip4:192.0.2.0/", "24 -all"] }, "v=spf1 ip4:192.0.2.0/24 -all"],
  [{ type: "TXT", name, data: [Buffer.from([0xc3]), Buffer.from([0xbc])] }, "ü"],
  [{ type: "TXT", name, data: [""] }, ""],
  [{ type: "NS", name, data: "ns1.example.org" }, "ns1.example.org"],
  [{ type: "PTR", name, data: "Host.example.org" }, "host.example.org"],
  [{ type: "CNAME", name, data: "1.0/25.example.org" }, "1.0/25.example.org"],
  [{ type: "TLSA", name, data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from([0x0a, 0xff]) } }, {
    usage: 3,
    selector: 1,
    matching: 1,
    data: "0aff",
  }],
];

test("each type of record says what its type promises", () => {
  for (const [record, content] of contents) {
    assert.deepEqual(records([record]).map((read) => [read.type, read.content]), [[record.type, content]]);
  }
});

const leftOut: readonly Answer[] = [
  { type: "PTR", name, data: 'a"b.example.org' },
  { type: "PTR", name, data: "a b.example.org" },
  { type: "MX", name, data: { preference: 1, exchange: "<mx>.example.org" } },
  { type: "NS", name, data: "." },
  { type: "A", name, class: "CH", data: "192.0.2.1" },
  { type: "A", name: "exa mple.org", data: "192.0.2.1" },
  { type: "SRV", name, data: { port: 1, target: "a.b" } },
];

test("a record that no host could have, or of another kind, is left out", () => {
  for (const record of leftOut) assert.deepEqual(records([record, ok]).map((read) => read.content), ["192.0.2.1"]);
});

test("the code of an answer has twelve bits", () => {
  const code = (extendedRcode: number, low: number): string => {
    const opt: Answer = {
      type: "OPT",
      name: ".",
      udpPayloadSize: 1232,
      extendedRcode,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    };
    const reading = read({ flags: 0x0180 | low, additionals: [opt] });
    return reading.kind === "message" ? reading.rcode : reading.kind;
  };
  const names = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "RCODE6"];
  assert.deepEqual(names.map((_, low) => code(0, low)), names);
  assert.equal(code(1, 0), "RCODE16");
});

test("a time to live with its highest bit set is none", () => {
  assert.deepEqual(records([{ ...ok, ttl: 0x7fffffff }, { ...ok, ttl: 0x80000000 }]).map((read) => read.ttl), [
    0x7fffffff,
    0,
  ]);
});

test("the absence of a record holds for the lesser of the SOA's two times", () => {
  const soa = { mname: "a.b", rname: "c.d" };
  for (const [ttl, minimum, expected] of [[60, 900, 60], [900, 60, 60], [900, 0, 0]] as const) {
    const reading = read({ authorities: [{ type: "SOA", name, ttl, data: { ...soa, minimum } }] });
    assert.equal(reading.kind === "message" && reading.negativeTtl, expected);
  }
});
