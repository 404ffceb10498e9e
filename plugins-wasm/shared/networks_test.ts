// Lines of network lists: which addresses they name, and which lines are no lines at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { definePlugin } from "#sdk";
import type { Plugin } from "#sdk";
import { configure } from "#sdk/testing";
import type { Configured } from "#sdk/testing";
import { addressOctets, findNetwork, readNetworks } from "./networks.ts";
import type { NetworkList } from "./networks.ts";

const reader: Plugin<NetworkList> = definePlugin({
  configure: (given): NetworkList => readNetworks(given, "networks"),
});

function read(...lines: readonly string[]): Configured<NetworkList> {
  return configure(reader, { lists: { networks: lines } });
}

/** Addresses within, and just beside it. */
const rows: readonly (readonly [line: string, within: readonly string[], beside: readonly string[]])[] = [
  // qpsmtpd left out the first and the last address of a block.
  ["192.0.2.0/24", ["192.0.2.0", "192.0.2.1", "192.0.2.255"], ["192.0.1.255", "192.0.3.0", "2001:db8::1"]],
  ["192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127"]],
  ["192.0.2.4/30", ["192.0.2.4", "192.0.2.7"], ["192.0.2.3", "192.0.2.8"]],
  ["192.0.2.1", ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201"], ["192.0.2.10", "192.0.2.11", "::192.0.2.1"]],
  ["192.0.2.1/32", ["192.0.2.1"], ["192.0.2.0"]],
  ["192.0.2.1 a remark", ["192.0.2.1"], ["192.0.2.2"]],
  ["0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1"]],
  ["192.0.", ["192.0.1.1", "192.0.255.255"], ["192.51.1.1", "192.1.0.0", "203.0.113.0"]],
  ["192.0.98.", ["192.0.98.1", "192.0.98.255"], ["192.0.99.1", "192.0.9.8"]],
  ["10.", ["10.255.0.1"], ["100.0.0.1", "1.0.0.0"]],
  ["2001:db8::/32", ["2001:db8::", "2001:DB8:ffff:ffff:ffff:ffff:ffff:ffff"], ["2001:db7:ffff::", "2001:db9::"]],
  ["2001:db8:0:8000::/49", ["2001:db8:0:8000::1", "2001:db8:0:ffff::"], ["2001:db8:0:7fff::"]],
  ["2001:db8::/65", ["2001:db8::7fff:0:0:1"], ["2001:db8::8000:0:0:1"]],
  ["2001:db8::1", ["2001:db8::1", "2001:0db8:0:0:0:0:0:0001", "2001:db8::1%eth0"], ["2001:db8::2", "2001:db8::1:1"]],
  ["::/0", ["::", "ffff::1"], ["192.0.2.1", "::ffff:192.0.2.1"]],
  ["::1", ["::1"], ["::", "127.0.0.1"]],
  ["fe80::/10", ["fe80::1%eth0", "febf::"], ["fec0::"]],
  ["2001:db8:", ["2001:db8::", "2001:db8:ffff::"], ["2001:db80::", "2001:db9::"]],
  ["2001:0DB8:1:2:3:4:5:", ["2001:db8:1:2:3:4:5:6"], ["2001:db8:1:2:3:4:6:6"]],
  ["::ffff:192.0.2.0/120", ["192.0.2.7", "::ffff:192.0.2.7"], ["192.0.3.0"]],
  ["::ffff:0:0/96", ["192.0.2.7"], ["::1"]],
];

test("a line names the addresses in it, the first and the last too, and none beside it", () => {
  for (const [line, within, beside] of rows) {
    const { setup, problems } = read(line);
    assert.deepEqual(problems, [], line);
    for (const address of within) assert.equal(findNetwork(setup, address), 0, `${line} ${address}`);
    for (const address of beside) assert.equal(findNetwork(setup, address), undefined, `${line} ${address}`);
  }
});

test("what is no address is in no network", () => {
  const { setup } = read("0.0.0.0/0", "::/0");
  const strange = [
    "",
    "unix:",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.01",
    "1.2.3.4.5",
    "::1::",
    "1:2:3:4:5:6:7",
    ":",
    "g::",
  ];
  for (const address of [...strange, "1:2:3:4:5:6:7:8:9", "::12345", "1.2.3.4::", "9".repeat(10_000)]) {
    assert.equal(findNetwork(setup, address), undefined, address.slice(0, 50));
  }
});

const bad: readonly (readonly [line: string, message: RegExp])[] = [
  ["192.0.2", /^"192\.0\.2" is no network: write "192\.0\.2\.0\/24", "192\.0\.2\."/],
  ["192.0.2.1/24", /it has bits behind the first 24/],
  ["192.0.2.0/33", /at most 32 bits can count/],
  ["2001:db8::/129", /at most 128 bits can count/],
  ["2001:db8::1/32", /it has bits behind the first 32/],
  ["2001:db8::", /write how many bits count, \/128 for that address alone/],
  ["192.0.2.0/024", /is no network/],
  ["192.0.2.0/", /is no network/],
  ["192.0.2.0/24/24", /is no network/],
  ["300.", /is no network/],
  ["010.", /is no network/],
  ["mail.example.org", /is no network/],
  ["*", /is no network/],
  [`${"1".repeat(5000)}.`, /is no network/],
];

test("a line that is no network is a problem with its place", () => {
  for (const [line, message] of bad) {
    const { problems } = read("192.0.2.1", line);
    assert.deepEqual(problems.map(({ path }) => path), ["lists.networks[1]"], line);
    assert.match(problems[0]?.message ?? "", message);
    assert.ok((problems[0]?.message ?? "").length < 200, "a message stays short");
  }
});

test("the first line that names an address is the one found, however narrow a later one is", () => {
  const wideFirst = read("192.0.0.0/16", "192.0.2.1", "192.0.2.0/24", "192.0.0.0/16").setup;
  assert.equal(findNetwork(wideFirst, "192.0.2.1"), 0);
  const narrowFirst = read("198.51.100.1", "192.0.2.1", "192.0.").setup;
  assert.equal(findNetwork(narrowFirst, "192.0.2.1"), 1);
  assert.equal(findNetwork(narrowFirst, "192.0.2.2"), 2);
});

test("ten thousand lines are read, and not one more", () => {
  const lines = Array.from({ length: 10_001 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  assert.deepEqual(read(...lines).problems.map(({ path }) => path), ["lists.networks"]);
  const { setup, problems } = read(...lines.slice(1));
  assert.deepEqual(problems, []);
  assert.equal(findNetwork(setup, "10.39.16.9"), 9999);
});

test("two spellings of an address have the same octets", () => {
  assert.deepEqual(addressOctets("::ffff:192.0.2.1"), addressOctets("192.0.2.1"));
  assert.deepEqual(addressOctets("2001:DB8:0::1"), addressOctets("2001:db8::1"));
});
