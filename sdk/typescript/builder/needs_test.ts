// Which needs may stand in plugin.json; the host must not refuse what passes here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventScopes, scopeReaders } from "../../../src/plugins/grant_names.ts";
import { parseGrant } from "../../../src/plugins/grants.ts";
import { capabilityNames, hostCapabilities } from "../../contract/manifest.ts";
import { hostCapabilitiesIn, problemOfNeed } from "./needs.ts";

const good: readonly string[] = [
  ...capabilityNames,
  ...["dns:*", "dns:TXT", "dns:*.dnsbl.example", "dns:example.org", "dns:TXT:_dmarc.*", "dns:*:*.example.org"],
  ...["store:*", "store:greylist/*", "http:https://api.example.com/v1/*", "http:http://127.0.0.1:8080/*"],
  ...["tcp:127.0.0.1:3310", "tcp:[::1]:783", "tcp:unix:/run/clamd.sock", "tcp:*.example.org:*"],
  "notes:karma",
  ...["results:iprev", "results:dkim-atps", "results:x-own"],
  ...["run:/bin/checkpassword", "ldap:ldaps://ldap.example.org", "ldap:ldap://[::1]:1389", "sql:users"],
  ...["content:headers", "content:body", "event:headers:X-*"],
  ...eventScopes.map((scope) => `event:${scope}`),
  ...["edit:header:X-Spam-*", "edit:header", "edit:reverse_path", "verdict:reject@rcpt", "verdict:*@data*"],
];

const bad: readonly (readonly [need: string, problem: RegExp])[] = [
  ["", /^must be printable ASCII/],
  ["d ns", /^must be printable ASCII/],
  [`dns:${"a".repeat(300)}.*`, /^is longer than 300/],
  ["dsn", /^is no capability; there are log, config, dns,/],
  ["constructor", /^is no capability/],
  ["clock:*:x", /^has a scope, and clock has no scopes: write "clock"$/],
  ["crypto:sha256", /^has a scope, and crypto has no scopes/],
  ["dns:", /^has a scope that is not like dns:TXT/],
  ["dns:txt", /^has a scope that is not like dns:TXT/],
  ["dns:TXTT:example.org", /^has a scope that is not like dns:TXT/],
  ["http:api.example.com", /^has a scope that is not like http:https:\/\//],
  ["http:https://api.example.com", /^has a scope that is not like http:https:\/\//],
  ["http:https://api.example.com/?q", /^has a scope that is not like http:https:\/\//],
  ["tcp:127.0.0.1", /^has a scope that is not like tcp:127\.0\.0\.1:3310/],
  ["tcp:unix:", /^has a scope that is not like tcp:/],
  ["run:checkpassword", /^has a scope that is not like run:/],
  ["run:/bin/*", /^has a scope that is not like run:/],
  ["ldap:ldap.example.org", /^has a scope that is not like ldap:/],
  ["ldap:ldaps://*.example.org", /^has a scope that is not like ldap:/],
  ["sql:Users", /^has a scope that is not like sql:/],
  ["content:all", /^has a scope that is not like content:headers/],
  ["event:body", /^has a scope that is not like event:client/],
  ["edit:body", /^has a scope that is not like edit:/],
  ["results:auth", /^has a scope that is not like results:iprev/],
  ["notes:*a", /^has a scope that is not like notes:karma/],
  ["notes:Karma", /^has a scope that is not like notes:karma/],
  ["results:SPF", /^has a scope that is not like results:iprev/],
  ["results:spf=pass", /^has a scope that is not like results:iprev/],
  ["verdict:reject", /^has a scope that is not like verdict:reject@rcpt/],
  ["verdict:refuse@rcpt", /^has a scope that is not like verdict:/],
  ["verdict:reject@recpt", /^has a scope that is not like verdict:/],
];

for (const need of good) {
  test(`"${need}" is a need, here and for the host`, () => {
    assert.equal(problemOfNeed(need), undefined);
    assert.equal(parseGrant(need).kind, "grant");
  });
}

for (const [need, problem] of bad) {
  test(`"${need.slice(0, 40)}" is no need, neither here nor for the host`, () => {
    assert.match(problemOfNeed(need) ?? "", problem);
    assert.equal(parseGrant(need).kind, "bad");
  });
}

test("the contract names the capabilities that the host knows", () =>
  assert.deepEqual([...capabilityNames], Object.keys(scopeReaders)));

test("the capabilities that are called are found, each once", () => {
  assert.deepEqual(hostCapabilitiesIn(["tcp:a.test:1", "log", "event:client", "dns:TXT", "dns:MX"]), ["dns", "tcp"]);
  assert.deepEqual(hostCapabilitiesIn([...capabilityNames]), hostCapabilities);
});
