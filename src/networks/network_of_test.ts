// Under which keys clients are counted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { clientKey, networkOf, type Prefixes } from "./network_of.ts";

const usual: Prefixes = { ipv4: 24, ipv6: 48 };

const rows: readonly (readonly [address: string, prefixes: Prefixes, key: string])[] = [
  ["192.0.2.7", usual, "192.0.2.0/24"],
  ["::ffff:192.0.2.7", usual, "192.0.2.0/24"],
  ["2001:db8:1:2:3::4", usual, "2001:db8:1::/48"],
  ["2001:db8:1:ffff:3::4", usual, "2001:db8:1::/48"],
  ["fe80::1%eth0", usual, "fe80::/48"],
  ["192.0.2.7", { ipv4: 32, ipv6: 128 }, "192.0.2.7"],
  ["192.0.2.7", { ipv4: 0, ipv6: 0 }, "0.0.0.0/0"],
  ["192.0.2.255", { ipv4: 25, ipv6: 0 }, "192.0.2.128/25"],
  ["unix", usual, "unix"],
  ["", usual, ""],
];

for (const [address, prefixes, key] of rows) {
  test(`${address || "no address"} is in ${key || "no network"} at /${prefixes.ipv4} and /${prefixes.ipv6}`, () => {
    assert.equal(networkOf(address, prefixes), key);
  });
}

const clients: readonly (readonly [address: string, key: string])[] = [
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3::4", "2001:db8:1:2::/64"],
  ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:db8:1:3::", "2001:db8:1:3::/64"],
];

for (const [address, key] of clients) {
  test(`the client ${address} is counted as ${key}`, () => assert.equal(clientKey(address), key));
}
