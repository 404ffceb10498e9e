// Which addresses are in which networks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { workTime } from "../../test/support/own_time.ts";
import { contains, type Networks, networksOf } from "./contains.ts";
import { formatNetwork, type Network, networkAround, parseNetwork } from "./network.ts";

const rows: readonly (readonly [networks: readonly string[], address: string, isIn: boolean])[] = [
  [[], "192.0.2.1", false],
  [["192.0.2.0/24"], "192.0.2.0", true],
  [["192.0.2.0/24"], "192.0.2.255", true],
  [["192.0.2.0/24"], "192.0.1.255", false],
  [["192.0.2.0/24"], "192.0.3.0", false],
  [["192.0.2.8"], "192.0.2.8", true],
  [["192.0.2.8"], "192.0.2.9", false],
  [["0.0.0.0/0"], "255.255.255.255", true],
  [["10.0.0.0/8", "10.1.0.0/16"], "10.2.0.1", true],
  [["10.1.0.0/16", "10.0.0.0/8"], "10.255.0.1", true],
  [["10.0.0.0/8", "10.0.0.0/16"], "10.9.0.1", true],
  [["10.0.0.0/16", "192.0.2.0/24", "10.2.0.0/16"], "10.1.0.1", false],
  [["10.0.0.0/16", "192.0.2.0/24", "10.2.0.0/16"], "10.2.0.1", true],
  [["2001:db8::/32"], "2001:db8:ffff::1", true],
  [["2001:db8::/32"], "2001:db9::", false],
  [["2001:db8::/33"], "2001:db8:8000::", false],
  [["::1"], "::1", true],
  [["::1"], "0:0:0:0:0:0:0:1", true],
  // An IPv4 client of a socket for both families.
  [["192.0.2.0/24"], "::ffff:192.0.2.1", true],
  [["::ffff:192.0.2.0/120"], "192.0.2.1", true],
  [["::ffff:192.0.2.0/120"], "::ffff:c000:201", true],
  [["::/0"], "192.0.2.1", false],
  [["::/0"], "::ffff:192.0.2.1", false],
  [["::/0"], "2001:db8::1", true],
  [["0.0.0.0/0"], "::1", false],
  [["0.0.0.0/0"], "::192.0.2.1", false],
  [["fe80::/10"], "fe80::1%eth0", true],
  [["0.0.0.0/0", "::/0"], "", false],
  [["0.0.0.0/0", "::/0"], "mx.example.org", false],
  [["0.0.0.0/0", "::/0"], "127.1", false],
];

for (const [networks, address, isIn] of rows) {
  test(`${address || "nothing"} is ${isIn ? "" : "not "}in ${networks.join(", ") || "no networks"}`, () => {
    assert.equal(contains(networksOf(networks.map(network)), address), isIn);
  });
}

function network(text: string): Network {
  const parsed = parseNetwork(text);
  if (parsed.kind === "bad") throw new Error(parsed.why);
  return parsed.network;
}

test("networks within others are not searched", () => {
  const nested = ["10.1.0.0/16", "10.0.0.0/16", "10.0.0.0/8", "10.0.0.0/8", "::1", "::/64"].map(network);
  const networks = networksOf(nested);
  assert.deepEqual([...networks.ipv4, ...networks.ipv6].map(formatNetwork), ["10.0.0.0/8", "::/64"]);
});

let state = 1;
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 2 ** 32 * below);
}

/** Random addresses with few different octets, so that networks meet. */
function randomOctets(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => [0, 1, 127, 128, 255, 10][random(6)] ?? 0);
}

test("the search says the same as looking at every network", () => {
  for (let i = 0; i < 300; i++) {
    const list = Array.from({ length: random(12) }, () => {
      const octets = randomOctets(4);
      return networkAround(octets, random(33));
    });
    const networks = networksOf(list);
    for (let j = 0; j < 30; j++) {
      const octets = randomOctets(4);
      const expected = list.some(({ first, length }) => {
        return networkAround(octets, length).first.join() === first.join();
      });
      assert.equal(contains(networks, octets.join(".")), expected, octets.join("."));
    }
  }
});

test("10,000 networks cost a connection next to nothing", () => {
  const ipv4 = Array.from({ length: 10_000 }, (_, i) => network(`10.${i >> 8}.${i & 255}.0/25`));
  const ipv6 = Array.from({ length: 10_000 }, (_, i) => network(`2001:db8:${i.toString(16)}::/49`));
  const networks: Networks = networksOf([...ipv4, ...ipv6].reverse());
  const took = workTime(() => {
    for (let i = 0; i < 10_000; i++) {
      assert.equal(contains(networks, `10.${i >> 8}.${i & 255}.127`), true);
      assert.equal(contains(networks, `10.${i >> 8}.${i & 255}.128`), false);
      assert.equal(contains(networks, `2001:db8:${i.toString(16)}:7fff::1`), true);
      assert.equal(contains(networks, `2001:db8:${i.toString(16)}:8000::1`), false);
    }
  });
  // Looking at each in turn would be 400 million comparisons.
  assert.ok(took < 1000, `${took} ms`);
});
