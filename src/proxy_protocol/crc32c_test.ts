// The test vectors of RFC 3720 appendix B.4.

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c } from "./crc32c.ts";

const command = new Uint8Array(48);
command.set([0x01, 0xc0], 0);
command.set([0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28], 16);
command.set([0x02], 40);

const rows: readonly (readonly [what: string, octets: Uint8Array, sum: number])[] = [
  ["32 octets of zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 octets of ones", new Uint8Array(32).fill(255), 0x62a8ab43],
  ["0 to 31", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ["31 to 0", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ["an iSCSI read command", command, 0xd9963a56],
  ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
  ["nothing", new Uint8Array(), 0],
];

for (const [what, octets, sum] of rows) {
  test(`CRC32C of ${what} is ${sum.toString(16)}`, () => assert.equal(crc32c(octets), sum));
}
