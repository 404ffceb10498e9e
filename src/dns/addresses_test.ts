// From a name to the addresses that can be connected to.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DnsServer } from "../../test/support/dns_server.ts";
import { addressesOf } from "./addresses.ts";
import { StubResolver } from "./stub_resolver.ts";

const server = await DnsServer.start({
  "both.org A": ["192.0.2.1", "192.0.2.2"],
  "both.org AAAA": ["2001:db8::1"],
  "six.org AAAA": ["2001:db8::1"],
  "six.org A": "SERVFAIL",
});
after(() => server.stop());

test("a host has the addresses of both families that could be learnt", async () => {
  const resolver = new StubResolver({ servers: [server.address] });
  const rows: readonly (readonly [host: string, addresses: readonly string[]])[] = [
    ["both.org", ["192.0.2.1", "192.0.2.2", "2001:db8::1"]],
    ["six.org", ["2001:db8::1"]],
    ["none.org", []],
    ["no host", []],
  ];
  for (const [host, addresses] of rows) {
    assert.deepEqual(await addressesOf(resolver, host, new AbortController().signal), addresses, host);
  }
});
