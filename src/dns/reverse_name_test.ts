// Addresses and the names of their PTR records.

import assert from "node:assert/strict";
import { test } from "node:test";
import { reverseName } from "./reverse_name.ts";

const zeros = (count: number): string => "0.".repeat(count);

const rows: readonly (readonly [address: string, name: string | undefined])[] = [
  ["192.0.2.1", "1.2.0.192.in-addr.arpa"],
  ["::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa"],
  ["::ffff:c000:201", "1.2.0.192.in-addr.arpa"],
  ["2001:db8::1", `1.${zeros(23)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ["2001:DB8:0:0:0:0:0:1", `1.${zeros(23)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ["::1", `1.${zeros(31)}ip6.arpa`],
  ["::", `${zeros(32)}ip6.arpa`],
  ["1::", `${zeros(28)}1.0.0.0.ip6.arpa`],
  ["64:ff9b::192.0.2.33", `1.2.2.0.0.0.0.c.${zeros(16)}b.9.f.f.4.6.0.0.ip6.arpa`],
  ["fe80::1%eth0", `1.${zeros(27)}0.8.e.f.ip6.arpa`],
  ["", undefined],
  ["example.org", undefined],
  ["192.0.2", undefined],
  ["192.0.2.256", undefined],
  ["1:2:3", undefined],
];

test("the octets or nibbles of an address come back to front", () => {
  for (const [address, name] of rows) assert.equal(reverseName(address), name, address);
});
