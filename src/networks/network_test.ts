// How networks are written, and what is said about those that are written wrongly.

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatNetwork, parseNetwork } from "./network.ts";

const good: readonly (readonly [text: string, written: string])[] = [
  ["192.0.2.0/24", "192.0.2.0/24"],
  ["192.0.2.7", "192.0.2.7"],
  ["192.0.2.7/32", "192.0.2.7"],
  ["192.0.2.128/25", "192.0.2.128/25"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["10.0.0.0/8", "10.0.0.0/8"],
  ["2001:DB8::/32", "2001:db8::/32"],
  ["2001:db8::1", "2001:db8::1"],
  ["2001:db8::1/128", "2001:db8::1"],
  ["2001:db8:8000::/33", "2001:db8:8000::/33"],
  ["::/0", "::/0"],
  ["::1", "::1"],
  ["::ffff:192.0.2.0/120", "192.0.2.0/24"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::ffff:0:0/96", "0.0.0.0/0"],
  ["::fffe:0:0/95", "::fffe:0:0/95"],
];

for (const [text, written] of good) {
  test(`${text} is the network ${written}`, () => {
    const parsed = parseNetwork(text);
    assert.equal(parsed.kind === "network" ? formatNetwork(parsed.network) : parsed.why, written);
  });
}

const bad: readonly (readonly [text: string, why: RegExp])[] = [
  ["192.0.2.7/24", /^expected 192\.0\.2\.0\/24 \(or 192\.0\.2\.7 for that address alone\)$/],
  ["192.0.2.1/31", /^expected 192\.0\.2\.0\/31 /],
  ["1.2.3.4/0", /^expected 0\.0\.0\.0\/0 /],
  ["2001:db8::1/32", /^expected 2001:db8::\/32 \(or 2001:db8::1 for/],
  ["2001:db8:ffff::/33", /^expected 2001:db8:8000::\/33 /],
  ["::ffff:192.0.2.7/120", /^expected 192\.0\.2\.0\/24 \(or 192\.0\.2\.7 for/],
  ["::ffff:192.0.2.7/64", /^expected ::\/64 \(or 192\.0\.2\.7 for/],
  ["192.0.2.0/33", /^expected a prefix length from 0 to 32/],
  ["2001:db8::/129", /^expected a prefix length from 0 to 128/],
  ["192.0.2.0/", /^expected a network such as/],
  ["192.0.2.0/024", /^expected a network such as/],
  ["192.0.2.0/-1", /^expected a network such as/],
  ["192.0.2.0/255.255.255.0", /^expected a network such as/],
  ["192.0.2/24", /^expected a network such as/],
  ["192.0.2.", /^expected a network such as/],
  ["mx.example.org", /^expected a network such as/],
  ["fe80::1%eth0", /^expected a network such as/],
  ["[::1]", /^expected a network such as/],
  [" 192.0.2.0/24", /^expected a network such as/],
  ["", /^expected a network such as/],
];

for (const [text, why] of bad) {
  test(`"${text}" is no network, and the message says what to write`, () => {
    const parsed = parseNetwork(text);
    assert.match(parsed.kind === "bad" ? parsed.why : formatNetwork(parsed.network), why);
  });
}
