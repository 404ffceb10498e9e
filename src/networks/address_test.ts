// Which texts are addresses, and which are the same one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalAddress, formatAddress, parseAddress } from "./address.ts";

const rows: readonly (readonly [text: string, canonical: string | undefined])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["1.0.0.0", "1.0.0.0"],
  ["254.254.254.254", "254.254.254.254"],
  ["256.0.0.1", undefined],
  ["1.2.3.256", undefined],
  ["192.0.2", undefined],
  ["192.0.2.1.", undefined],
  ["192.0.2.01", undefined],
  ["0x7f.0.0.1", undefined],
  ["2130706433", undefined],
  ["::", "0:0:0:0:0:0:0:0"],
  ["::1", "0:0:0:0:0:0:0:1"],
  ["2001:DB8::a", "2001:db8:0:0:0:0:0:a"],
  ["2001:db8:0:0:0:0:0:a", "2001:db8:0:0:0:0:0:a"],
  ["::ffff:127.0.0.1", "0:0:0:0:0:ffff:7f00:1"],
  ["64:ff9b::10.0.0.1", "64:ff9b:0:0:0:0:a00:1"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["1:2:3:4:5:6:7:8::", undefined],
  ["1:2:3:4:5:6:7", undefined],
  ["1::2::3", undefined],
  [":1::2", undefined],
  ["1:2:3:4:5:6:7:", undefined],
  [":::", undefined],
  ["::12345", undefined],
  ["::g", undefined],
  ["2001:db8:ffff:ffff:ffff:ffff:ffff:fffj", undefined],
  ["127.0.0.1::", undefined],
  ["::127.0.0.1:1", undefined],
  ["fe80::1%eth0", undefined],
  ["[::1]", undefined],
  ["", undefined],
  ["localhost", undefined],
  [`::${"0".repeat(100)}1`, undefined],
];

for (const [text, canonical] of rows) {
  test(`${text.slice(0, 40)} is ${canonical ?? "no address"}`, () => assert.equal(canonicalAddress(text), canonical));
}

const written: readonly (readonly [text: string, plain: string])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["1:0:0:0:0:0:0:0", "1::"],
  ["2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:db8:0:0:1:0:0:0", "2001:db8:0:0:1::"],
  ["2001:db8::aa:0", "2001:db8::aa:0"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["::fffe:c000:201", "::fffe:c000:201"],
  ["1::ffff:192.0.2.1", "1::ffff:c000:201"],
  ["::192.0.2.1", "::c000:201"],
];

for (const [text, plain] of written) {
  test(`${text} is written ${plain}`, () => assert.equal(formatAddress(parseAddress(text) ?? new Uint8Array()), plain));
}

test("an address that was written is read as the same octets, and a URL writes it in the same way", () => {
  let state = 7;
  const octet = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const number = state >>> 24;
    return number < 150 ? 0 : number;
  };
  for (let i = 0; i < 5000; i++) {
    const octets = Uint8Array.from({ length: 16 }, octet);
    const text = formatAddress(octets);
    if (!text.includes(":")) continue;
    assert.deepEqual(parseAddress(text), octets);
    assert.equal(`[${text}]`, new URL(`http://[${octetsAsGroups(octets)}]/`).hostname);
  }
});

function octetsAsGroups(octets: Uint8Array): string {
  const hex = Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
  return (hex.match(/..../g) ?? []).join(":");
}
