// What a plugin asks for against what the operator grants.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type EffectiveGrants, effectiveGrants, explainLacking, type Grant, parseGrant } from "./grants.ts";

function grantsOf(...texts: readonly string[]): readonly Grant[] {
  return texts.map((text) => {
    const parsed = parseGrant(text);
    return parsed.kind === "grant" ? parsed.grant : assert.fail(parsed.why);
  });
}

function granted(...texts: readonly string[]): EffectiveGrants {
  const result = effectiveGrants(grantsOf(...texts), grantsOf(...texts));
  return result.kind === "granted" ? result.grants : assert.fail(result.missing.join());
}

const bad: readonly (readonly [text: string, why: string])[] = [
  ["", '"" must be printable ASCII without blanks'],
  ["dns ", '"dns " must be printable ASCII without blanks'],
  ["dns\n", '"dns\\u{a}" must be printable ASCII without blanks'],
  [
    "htpp:https://a.test/*",
    '"htpp:https://a.test/*" is no capability, did you mean "http"?; there are log, config, dns,',
  ],
  ["*", '"*" is no capability; there are log, config, dns,'],
  ["toString", '"toString" is no capability; there are'],
  ["clock:now", '"clock:now" has a scope that is more than there is: this capability has no scopes'],
  ["http:", '"http:" has a scope that is not like https://host/path*'],
  ["http:example.com", '"http:example.com" has a scope that is not like https://host/path*'],
  ["tcp:127.0.0.1", '"tcp:127.0.0.1" has a scope that is not like host:port or unix:/path'],
  ["notes:k*", '"notes:k*" has a scope that is no name of a plugin'],
  ["content:subject", '"content:subject" has a scope that is none of headers, body'],
  ["event:password", '"event:password" has a scope that is none of client, hello, tls, user, cr'],
  ["event:headers:a:b", '"event:headers:a:b" has a scope that names no header field'],
  ["event:headers:", '"event:headers:" has a scope that names no header field'],
  ["edit:body", '"edit:body" has a scope that is none of header, recipients, reverse_path'],
  ["verdict:reject", '"verdict:reject" has a scope that is not like reject@rcpt, or reject@* for every hook'],
  ["verdict:deny@rcpt", '"verdict:deny@rcpt" has a scope that is none of accept, reject, defer, disconnect, * before'],
  ["verdict:reject@rctp", '"verdict:reject@rctp" has a scope that names no hook after the @'],
  [`tcp:${"a".repeat(300)}`, `"tcp:${"a".repeat(56)}…" is longer than 300 characters`],
];

for (const [text, why] of bad) {
  test(`no grant: ${JSON.stringify(text).slice(0, 50)}`, () => {
    const parsed = parseGrant(text);
    assert.equal(parsed.kind === "bad" ? parsed.why.slice(0, why.length) : parsed.kind, why);
  });
}

const rows: readonly (readonly [need: string, grant: string, covers: boolean])[] = [
  ["dns", "dns", true],
  ["dns", "dns:*", true],
  ["dns:*", "dns", true],
  ["dns:TXT", "dns", true],
  ["dns", "dns:TXT", false],
  ["dns", "store", false],
  ["store:list-*", "store:*", true],
  ["store:*", "store:list-*", false],
  ["http", "http", true],
  ["http", "http:https://*/*", true],
  ["http:https://a.test/v1/*", "http", true],
  ["http:https://a.test/v1/*", "http:https://a.test/v1/*", true],
  ["http:https://a.test/v1/*", "http:https://a.test/*", true],
  ["http:https://a.test/v1/*", "http:https://*.test/*", true],
  ["http:https://a.test/*", "http:https://a.test/v1/*", false],
  ["http:https://a.test/v1/*", "http:http://a.test/v1/*", false],
  ["http:https://a.test/v1/*", "http:https://a.test:443/v1/*", true],
  ["http:https://A.test/v1/*", "http:https://a.test/v1/*", true],
  ["http:https://*.test/x", "http:https://a.test/x", false],
  ["notes:karma", "notes:karma", true],
  ["notes:karma", "notes", true],
  ["notes:karma", "notes:helo", false],
  ["notes", "notes:karma", false],
  // A place that only the operator knows.
  ["tcp", "tcp:unix:/run/p0f.sock", true],
  ["mmdb", "mmdb:/a.mmdb", true],
  ["mmdb:/a.mmdb", "mmdb:/b.mmdb", false],
  ["mmdb", "tcp:127.0.0.1:1", false],
  // What stands in the path can never count as the host.
  ["http:https://evil.test/x.good.test/", "http:https://*.good.test/*", false],
  ["tcp:127.0.0.1:3310", "tcp:127.0.0.1:*", true],
  ["tcp:127.0.0.1:*", "tcp:127.0.0.1:3310", false],
  ["tcp:unix:/run/a.sock", "tcp:*:*", false],
  ["tcp:unix:/run/a.sock", "tcp", true],
  ["content:body", "content", true],
  ["content", "content:body", false],
  ["event:client", "event", true],
  ["event:client", "event:hello", false],
  ["event:headers:Subject", "event:headers", true],
  ["event:headers:Subject", "event:headers:SUBJECT", true],
  ["event:headers:X-*", "event:headers:X-Spam-*", false],
  ["event:headers:X-Spam-Flag", "event:headers:X-*", true],
  ["event:headers", "event:headers:*", true],
  ["event:headers", "event:headers:Subject", false],
  ["edit:header:X-Spam-*", "edit:header:x-*", true],
  ["edit:header:X-*", "edit:header:X-Spam-*", false],
  ["edit:recipients", "edit:header", false],
  ["verdict:reject@rcpt", "verdict:reject@rcpt", true],
  ["verdict:reject@rcpt", "verdict:reject@*", true],
  ["verdict:reject@rcpt", "verdict:*@rcpt", true],
  ["verdict:reject@*", "verdict:reject@rcpt", false],
  ["verdict:accept@rcpt", "verdict:reject@*", false],
  ["verdict:reject@data_post", "verdict:reject@data*", true],
];

for (const [need, grant, covers] of rows) {
  test(`the need ${need} is ${covers ? "" : "not "}covered by ${grant}`, () => {
    assert.equal(effectiveGrants(grantsOf(need), grantsOf(grant)).kind, covers ? "granted" : "lacking");
  });
}

test("everything that lacks is told, and so are the grants that nobody needs", () => {
  const needs = grantsOf("dns", "http:https://a.test/*", "log");
  const result = effectiveGrants(needs, grantsOf("log", "store", "http:https://a.test/v1/*"));
  const missing = ["dns", "http:https://a.test/*"];
  assert.deepEqual(result, { kind: "lacking", missing, unused: ["store", "http:https://a.test/v1/*"] });
});

test("a wide grant gives no more than the need", () => {
  const result = effectiveGrants(grantsOf("http:https://a.test/v1/*", "event:size"), grantsOf("http", "event", "dns"));
  if (result.kind === "lacking") return assert.fail(result.missing.join());
  assert.deepEqual(result.unused, ["dns"]);
  assert.deepEqual(result.grants.scopesOf("http"), ["https://a.test/v1/*"]);
  assert.deepEqual([result.grants.has("http"), result.grants.has("dns")], [true, false]);
  assert.deepEqual([result.grants.allows("event", "size"), result.grants.allows("event", "client")], [true, false]);
});

test("of places that are left to the operator a plugin gets those that are granted", () => {
  const grants = grantsOf("tcp:127.0.0.1:3310", "tcp:unix:/run/a.sock", "http:https://a.test/*");
  const result = effectiveGrants(grantsOf("tcp"), grants);
  if (result.kind === "lacking") return assert.fail(result.missing.join());
  assert.deepEqual(result.unused, ["http:https://a.test/*"]);
  assert.deepEqual(result.grants.scopesOf("tcp"), ["127.0.0.1:3310", "unix:/run/a.sock"]);
  assert.equal(result.grants.allows("tcp", "127.0.0.1:25"), false);
});

test("the operator is told that a place may be granted alone", () => {
  assert.deepEqual(
    explainLacking("p0f", ["tcp"])[3],
    'or, in the place of "tcp", only what it is to reach, "tcp:127.0.0.1:3310"',
  );
});

test("without needs nothing is allowed", () => {
  const grants = granted();
  assert.deepEqual(grants.scopesOf("event"), []);
  assert.equal(grants.allows("event", "client"), false);
});

test("one scope among several is enough, and all scopes swallow the others", () => {
  const grants = granted("tcp:127.0.0.1:3310", "tcp:unix:/run/a.sock", "http:https://a.test/*", "http");
  assert.deepEqual(grants.scopesOf("tcp"), ["127.0.0.1:3310", "unix:/run/a.sock"]);
  assert.equal(grants.allows("tcp", "unix:/run/a.sock"), true);
  assert.deepEqual(grants.scopesOf("http"), ["*"]);
});

test("a scope that cannot be read is not allowed", () => {
  assert.equal(granted("edit:header").allows("edit", "header:a:b"), false);
  assert.equal(granted("edit:header").allows("edit", "nonsense"), false);
});

test("the operator is given the line to write", () => {
  assert.deepEqual(explainLacking("greylist", ["dns", "http:https://a.test/*"], ["store"]), [
    'the plugin "greylist" needs what it is not granted: "dns", "http:https://a.test/*"',
    "if you trust it with that, write into its table:",
    'grant = ["store", "dns", "http:https://a.test/*"]',
  ]);
});
