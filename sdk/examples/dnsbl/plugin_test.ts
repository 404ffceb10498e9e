// Whom the example refuses, natively with a table for the DNS.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, configure, type FakeDns, fakeHost, rcptEvent } from "#sdk/testing";
import plugin from "./plugin.ts";

const zone = "dnsbl.test";
const status = "5.7.1";

const rows: readonly (readonly [title: string, dns: FakeDns, expected: object])[] = [
  ["a client that is not listed", {}, { verdict: "pass" }],
  [
    "a listed client, with the list's reason",
    { "1.2.0.192.dnsbl.test": { A: ["127.0.0.2"], TXT: ["spam, see\r\nhttps://dnsbl.test"] } },
    { verdict: "reject", text: "spam, see??https://dnsbl.test", status },
  ],
  [
    "a listed client without a reason",
    { "1.2.0.192.dnsbl.test": { A: ["127.0.0.2"] } },
    { verdict: "reject", text: "192.0.2.1 is listed by dnsbl.test", status },
  ],
  ["an address that is no listing", { "1.2.0.192.dnsbl.test": { A: ["203.0.113.9"] } }, { verdict: "pass" }],
  ["a list that fails", { "1.2.0.192.dnsbl.test": "SERVFAIL" }, { verdict: "pass" }],
];

for (const [title, dns, expected] of rows) {
  test(title, () => {
    const { setup } = configure(plugin, { settings: { zone, strict: false } });
    assert.deepEqual(ask(plugin, "rcpt", rcptEvent(), setup, fakeHost({ dns })), expected);
  });
}

test("a strict plugin waits for a list that does not answer, and says so in the log", () => {
  const { setup } = configure(plugin, { settings: { zone, strict: true } });
  const host = fakeHost({ dns: { "1.2.0.192.dnsbl.test": "timeout" } });
  assert.equal(ask(plugin, "rcpt", rcptEvent(), setup, host).verdict, "defer");
  assert.match(host.logged[0]?.text ?? "", /^dnsbl\.test: .*timeout/);
});

test("an IPv6 client is not asked about", () => {
  const { session, ...event } = rcptEvent();
  const host = fakeHost({ dns: {} });
  const client = { address: "2001:db8::1", port: 50_000 };
  assert.equal(
    ask(plugin, "rcpt", { ...event, session: { ...session, client } }, { zone, strict: false }, host).verdict,
    "pass",
  );
  assert.deepEqual(host.asked, []);
});
