// Whom dns_whitelist_soft marks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pass } from "#sdk";
import type { Answer } from "#sdk";
import { ask, configure, type FakeDns, fakeHost } from "#sdk/testing";
import { askingHosts } from "../../test/support/asking.ts";
import { type Case, testPlugin } from "../shared/cases.ts";
import { dnsQueries } from "../shared/dns_queries.ts";
import { connectFrom } from "../shared/sample_events.ts";
import { zoneListCases } from "../shared/zone_list_cases.ts";
import plugin from "./plugin.ts";

const ipv6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";

const table: FakeDns = {
  "1.2.0.192.wl.test": { A: ["127.0.5.2"] },
  [`${ipv6}.wl.test`]: { A: ["127.0.5.2"] },
  "1.2.0.192.parked.test": { A: ["203.0.113.80"] },
  "1.2.0.192.all.test": { A: ["127.0.0.2"] },
  "1.0.0.127.all.test": { A: ["127.0.0.2"] },
  "1.2.0.192.angry.test": { A: ["127.0.0.255", "127.255.255.254"] },
  "1.2.0.192.down.test": "SERVFAIL",
  "1.2.0.192.slow.test": "timeout",
};

function row(title: string, zones: readonly string[], expected: Answer, address = "192.0.2.1"): Case {
  return [
    title,
    { settings: { timeout: 1 }, lists: { whitelist_zones: zones } },
    "connect",
    connectFrom(address),
    expected,
  ];
}

const allowed: Answer = { ...pass(), marks: ["allowed"] };
const { host, runWasm } = await askingHosts(table);

testPlugin({
  plugin,
  folder: import.meta.dirname,
  host,
  runWasm,
  cases: [
    row("a listed client", ["wl.test"], allowed),
    row("another one", ["wl.test"], pass(), "192.0.2.2"),
    row("an IPv6 client", ["wl.test"], allowed, "2001:db8::1"),
    row("a client by a Unix socket", ["wl.test"], pass(), ""),
    row("one list is enough", ["down.test", "parked.test", "wl.test"], allowed),
    row("an answer code that counts", ["wl.test=127.0.[0..20].[1..3]"], allowed),
    row("one that does not", ["wl.test=127.0.[0..20].3"], pass()),
    row("a zone that somebody else has bought", ["parked.test"], pass()),
    row("a list that lists everything", ["all.test"], pass()),
    row("a list that wants no more questions", ["angry.test=127.0.0.[1..3]"], pass()),
    row("a list that fails", ["down.test"], pass()),
    row("a list that says nothing", ["slow.test"], pass()),
  ],
  ...zoneListCases("whitelist_zones", "connect"),
});

test("who is allowed by which list is logged, and no text is asked for", () => {
  const host = fakeHost({ dns: table, store: {} });
  const { setup } = configure(plugin, { settings: { timeout: 4 }, lists: { whitelist_zones: ["wl.test"] } });
  ask(plugin, "connect", connectFrom("192.0.2.1"), setup, host);
  assert.deepEqual(host.logged, [{ level: "info", text: "192.0.2.1 is listed by wl.test" }]);
  assert.equal(dnsQueries(host).length, 1);
});
