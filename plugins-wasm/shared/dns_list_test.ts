// Lines that name DNS lists, what the answers of these mean, and how their weights add up.

import assert from "node:assert/strict";
import { test } from "node:test";
import { definePlugin } from "#sdk";
import type { Plugin } from "#sdk";
import { configure } from "#sdk/testing";
import type { Configured } from "#sdk/testing";
import type { ListAnswer } from "./ask_lists.ts";
import { type DnsList, meaningOf, readDnsLists } from "./dns_list.ts";
import { addressOctets } from "./networks.ts";
import { controlFor, reversedName } from "./reversed_name.ts";
import { weigh } from "./weigh_lists.ts";

const reader: Plugin<readonly DnsList[]> = definePlugin({
  configure: (given): readonly DnsList[] => readDnsLists(given, "zones"),
});

function read(...lines: readonly string[]): Configured<readonly DnsList[]> {
  return configure(reader, { lists: { zones: lines } });
}

const zone = "bl.example";
const lines: readonly (readonly [line: string, list: Omit<DnsList, "codes">])[] = [
  ["bl.example", { zone, weight: 1 }],
  ["BL.Example.", { zone, weight: 1 }],
  ["bl.example:Go away, %IP%: see https://bl.example/", {
    zone,
    weight: 1,
    message: "Go away, %IP%: see https://bl.example/",
  }],
  ["bl.example  Go away", { zone, weight: 1, message: "Go away" }],
  ["bl.example*3", { zone, weight: 3 }],
  ["bl.example*-2", { zone, weight: -2 }],
  ["bl.example=127.0.0.[2..11;14]*2:Go away", { zone, weight: 2, message: "Go away" }],
  ["key_1.bl.example", { zone: "key_1.bl.example", weight: 1 }],
];

test("a line names a zone, and if it likes codes, weight and message", () => {
  for (const [line, expected] of lines) {
    const { setup, problems } = read(line);
    assert.deepEqual(problems, [], line);
    const { codes: _codes, ...list } = setup[0] ?? assert.fail(line);
    assert.deepEqual(list, expected, line);
  }
});

const bad: readonly (readonly [line: string, message: RegExp])[] = [
  ["bl", /does not begin with a zone such as "dnsbl.example.org"/],
  ["*2", /does not begin with a zone/],
  ["bl..example", /does not begin with a zone/],
  [`${"x".repeat(64)}.example`, /does not begin with a zone/],
  [`${"x.".repeat(95)}example`, /does not begin with a zone/],
  ["bl.example*", /does not begin with a zone/],
  ["bl.example*1000", /does not begin with a zone/],
  ["bl.example=", /does not begin with a zone/],
  ["bl.example=127.0.0", /"127.0.0" are no answer codes: write/],
  ["bl.example=127.0.0.256", /are no answer codes/],
  ["bl.example=127.0.0.[9..2]", /are no answer codes/],
  ["bl.example=127.0.0.[2", /are no answer codes/],
  ["bl.example=127.0.0.2.3", /are no answer codes/],
  ["bl.example:grüß Gott", /message of "bl.example" must be printable ASCII/],
  [`bl.example:${"x".repeat(301)}`, /message of "bl.example" must be printable ASCII of at most 300/],
  [`bl.example=${"[".repeat(50_000)}`, /are no answer codes/],
];

test("a line that is none is a problem with its place", () => {
  for (const [line, message] of bad) {
    const { problems } = read("fine.example", line);
    assert.deepEqual(problems.map(({ path }) => path), ["lists.zones[1]"], line.slice(0, 80));
    assert.match(problems[0]?.message ?? "", message, line.slice(0, 80));
  }
});

test("more lists than one request can ask and test are refused", () => {
  const many = Array.from({ length: 26 }, (_, index) => `bl${index}.example`);
  assert.deepEqual(read(...many).problems.map(({ path }) => path), ["lists.zones"]);
  assert.deepEqual(read(...many.slice(1)).problems, []);
});

const meanings:
  readonly (readonly [line: string, listed: readonly string[], clear: readonly string[], error: string[]])[] = [
    [zone, ["127.0.0.2", "127.0.1.4", "127.255.0.1"], ["127.0.0.1", "203.0.113.9", "12.7.0.0"], ["127.255.255.254"]],
    [`${zone}=127.0.0.2`, ["127.0.0.2"], ["127.0.0.3", "127.0.0.22", "203.0.113.9"], ["127.255.255.252"]],
    [
      `${zone}=127.0.[0;2].[2..11;14]`,
      ["127.0.0.2", "127.0.2.11", "127.0.0.14"],
      ["127.0.1.2", "127.0.0.12", "127.0.0.1"],
      [],
    ],
    [`${zone}=127.0.0.[1..255]`, ["127.0.0.1"], ["127.0.1.1"], []],
  ];

test("an answer is a listing, none, or an error of the list", () => {
  for (const [line, listed, clear, error] of meanings) {
    const list = read(line).setup[0] ?? assert.fail(line);
    for (const [meaning, addresses] of Object.entries({ listed, clear, error })) {
      for (const address of addresses) assert.equal(meaningOf(list, address), meaning, `${line} ${address}`);
    }
  }
});

const reversed: readonly (readonly [address: string, name: string])[] = [
  ["192.0.2.99", "99.2.0.192"],
  ["::ffff:192.0.2.99", "99.2.0.192"],
  // The example of RFC 5782 §2.4.
  ["2001:db8:1:2:3:4:567:89ab", "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2"],
];

test("an address is asked for by its octets or nibbles in reverse (RFC 5782 §2)", () => {
  for (const [address, name] of reversed) assert.equal(reversedName(addressOctets(address) ?? []), name);
});

test("what is never listed is 127.0.0.1 in both families (RFC 5782 §5)", () => {
  assert.equal(controlFor([192, 0, 2, 1]), "1.0.0.127");
  assert.equal(
    controlFor(addressOctets("2001:db8::1") ?? []),
    `1.0.0.0.0.0.f.7.f.f.f.f.${new Array(20).fill(0).join(".")}`,
  );
});

type Said = ListAnswer["said"];
const weighings: readonly (readonly [
  answers: readonly (readonly [weight: number, said: Said])[],
  threshold: number,
  kind: "decided" | "undecided",
  sum: number,
  hits: number,
])[] = [
  [[], 1, "decided", 0, 0],
  [[[1, "clear"]], 1, "decided", 0, 0],
  [[[1, "listed"]], 1, "decided", 1, 1],
  [[[1, "listed"], [2, "listed"], [4, "clear"]], 3, "decided", 3, 2],
  [[[3, "listed"], [-2, "listed"]], 3, "decided", 1, 1],
  [[[1, "unanswered"]], 1, "undecided", 0, 0],
  [[[1, "listed"], [1, "unanswered"]], 1, "decided", 1, 1],
  [[[1, "listed"], [1, "unanswered"]], 3, "decided", 1, 1],
  [[[1, "listed"], [-1, "unanswered"]], 1, "undecided", 1, 1],
  [[[-1, "unanswered"]], 1, "decided", 0, 0],
];

test("weights add up; a list that did not answer counts only where it would decide", () => {
  for (const [answers, threshold, kind, sum, hits] of weighings) {
    const given = answers.map(([weight, said]): ListAnswer => {
      const list = { zone, weight };
      return said === "unanswered" ? { list, said, why: "timeout" } : { list, said };
    });
    const weighed = weigh(given, threshold);
    assert.deepEqual([weighed.kind, weighed.sum, weighed.hits.length], [kind, sum, hits], JSON.stringify(answers));
  }
});
