// What XFORWARD may say, and what is known after it.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { Forwarded } from "../../sdk/contract/event.ts";
import { applyXforward, parseXforward, xforwardKeyword, type XforwardValues } from "./xforward.ts";

const good: readonly (readonly [argument: string, values: XforwardValues])[] = [
  ["NAME=spike.example.org ADDR=192.0.2.1 PROTO=ESMTP", {
    NAME: "spike.example.org",
    ADDR: "192.0.2.1",
    PROTO: "ESMTP",
  }],
  ["helo=spike ident=3CF6B2AAE8 source=remote", { HELO: "spike", IDENT: "3CF6B2AAE8", SOURCE: "REMOTE" }],
  ["ADDR=IPV6:2001:DB8::1 PORT=1025", { ADDR: "2001:db8::1", PORT: 1025 }],
  ["ADDR=x25-4711", { ADDR: "x25-4711" }],
  ["HELO=[IPv6:2001:db8::1]", { HELO: "[IPv6:2001:db8::1]" }],
  ["SOURCE=LOCAL ADDR=[UNAVAILABLE]", { SOURCE: "LOCAL", ADDR: null }],
  ["NAME=[Unavailable] PORT=[unavailable] PROTO=[UNAVAILABLE]", { NAME: null, PORT: null, PROTO: null }],
  ["HELO=[UNAVAILABLE] IDENT=[UNAVAILABLE] SOURCE=[UNAVAILABLE]", { HELO: null, IDENT: null, SOURCE: null }],
  [`PROTO=${"x".repeat(64)}`, { PROTO: "x".repeat(64) }],
  [`IDENT=${"x".repeat(255)}`, { IDENT: "x".repeat(255) }],
];

for (const [argument, values] of good) {
  test(`XFORWARD takes ${argument.slice(0, 60)}`, () => {
    deepEqual(parseXforward(argument), { kind: "attributes", values });
  });
}

const bad: readonly (readonly [argument: string, attribute: string, why: RegExp])[] = [
  ["", "", /NAME=value/],
  ["ADDR", "", /NAME=value/],
  ["LOGIN=jo", "LOGIN", /is not known/],
  ["NAME=a NAME=b", "NAME", /is given twice/],
  ["NAME=", "NAME", /must be printable/],
  ["NAME=a+20b", "NAME", /must be printable/],
  ["NAME=a+0D+0Ab", "NAME", /must be printable/],
  ["NAME=b+C3+BCcher", "NAME", /must be printable/],
  ["NAME=[TEMPUNAVAIL] HELO=(comment)", "HELO", /must be printable/],
  ["ADDR=192.0.2.1;by", "ADDR", /must be printable/],
  ["HELO=a@b", "HELO", /must be printable/],
  ["HELO=a<b", "HELO", /must be printable/],
  ["HELO=a,b", "HELO", /must be printable/],
  ['HELO="a"', "HELO", /must be printable/],
  ["HELO=a\\b", "HELO", /must be printable/],
  ["IDENT=a+00", "IDENT", /must be printable/],
  [`IDENT=${"x".repeat(256)}`, "IDENT", /must be printable/],
  ["PORT=65536", "PORT", /0 to 65535/],
  [`PROTO=${"x".repeat(65)}`, "PROTO", /at most 64/],
  ["PROTO=ESMTP;", "PROTO", /at most 64/],
  ["SOURCE=ELSEWHERE", "SOURCE", /LOCAL, REMOTE/],
];

for (const [argument, attribute, why] of bad) {
  test(`XFORWARD refuses ${JSON.stringify(argument.slice(0, 60))}`, () => {
    const parsed = parseXforward(argument);
    equal(parsed.kind === "malformed" ? parsed.attribute : parsed.kind, attribute);
    match(parsed.kind === "malformed" ? parsed.why : "", why);
  });
}

test("EHLO offers every attribute that is read", () => {
  equal(xforwardKeyword, "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE");
});

const known: Forwarded = { name: "spike.example.org", address: "192.0.2.1", port: 1025, ident: "A1" };

const applied: readonly (readonly [what: string, before: Forwarded | undefined, XforwardValues, after: Forwarded])[] = [
  ["the first command says all that is known", undefined, { NAME: "a", PROTO: "ESMTP" }, {
    name: "a",
    protocol: "ESMTP",
  }],
  ["a later one adds to it", known, { HELO: "b", SOURCE: "REMOTE" }, { ...known, hello: "b", source: "REMOTE" }],
  ["a later one says something else", known, { IDENT: "A2", PORT: 0 }, { ...known, ident: "A2", port: 0 }],
  ["a value can be taken back", known, { NAME: null, PORT: null }, { address: "192.0.2.1", ident: "A1" }],
  ["without an address there is no client", known, { ADDR: null, NAME: "localhost", HELO: "x", SOURCE: "LOCAL" }, {
    ident: "A1",
    source: "LOCAL",
  }],
];

for (const [what, before, values, after] of applied) {
  test(`XFORWARD: ${what}`, () => deepEqual(applyXforward(before, values), after));
}
