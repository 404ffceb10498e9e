// Writes headers of the PROXY protocol, version 2, for tests.

import { crc32c } from "../../src/proxy_protocol/crc32c.ts";

export const signature: Uint8Array = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10);

/** From 192.0.2.1:56324 to 198.51.100.2:25. */
export const ipv4Addresses: Uint8Array = Uint8Array.of(192, 0, 2, 1, 198, 51, 100, 2, 0xdc, 0x04, 0, 25);

/** From [2001:db8::1]:56324 to [2001:db8::2]:25. */
export const ipv6Addresses: Uint8Array = Uint8Array.of(
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
  ...[0xdc, 0x04, 0, 25],
);

/** `command` is 0x20 for LOCAL and 0x21 for PROXY. */
export function version2(command: number, family: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const behind = joined(...parts);
  return joined(signature, Uint8Array.of(command, family, behind.length >> 8, behind.length & 255), behind);
}

export function record(type: number, value: Uint8Array | string): Uint8Array {
  const octets = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined(Uint8Array.of(type, octets.length >> 8, octets.length & 255), octets);
}

/** The record SSL: flags, the result of verifying, and its own records. */
export function tlsRecord(flags: number, verify: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const fixed = new Uint8Array(5);
  fixed[0] = flags;
  new DataView(fixed.buffer).setUint32(1, verify);
  return record(0x20, joined(fixed, ...parts));
}

/** A header with the right checksum as its last record. */
export function withChecksum(command: number, family: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const header = version2(command, family, ...parts, record(0x03, new Uint8Array(4)));
  new DataView(header.buffer).setUint32(header.length - 4, crc32c(header));
  return header;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
