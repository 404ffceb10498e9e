// Spellings of IP addresses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalAddress } from "./ip_address.ts";

const rows: readonly (readonly [text: string, canonical: string | undefined])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["255.255.255.255", "255.255.255.255"],
  ["256.0.2.1", undefined],
  ["192.0.2", undefined],
  ["192.0.2.01", undefined],
  ["192.0.2.1.", undefined],
  ["", undefined],
  ["::", "0:0:0:0:0:0:0:0"],
  ["::1", "0:0:0:0:0:0:0:1"],
  ["1::", "1:0:0:0:0:0:0:0"],
  ["2001:DB8::00ab:1", "2001:db8:0:0:0:0:ab:1"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:0201", "192.0.2.1"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0:0:0:c000:201"],
  ["1:2:3:4:5:6:7", undefined],
  ["1:2:3:4:5:6:7:8:9", undefined],
  ["1:2:3:4::5:6:7:8", undefined],
  ["1::2::3", undefined],
  ["1:2:3:4::5:6:7:8::9", undefined],
  [":::", undefined],
  [":1::", undefined],
  ["12345::", undefined],
  ["::g", undefined],
  ["192.0.2.1::", undefined],
  ["::192.0.2.1:1", undefined],
];

test("two spellings of an address are one, and what is none is undefined", () => {
  for (const [text, canonical] of rows) assert.equal(canonicalAddress(text), canonical, text);
});
