// What an address is called in the zone of a list.

/** Octets in reverse for IPv4, nibbles for IPv6: what stands in front of the zone. RFC 5782 §2.1, §2.4. */
export function reversedName(octets: readonly number[]): string {
  if (octets.length === 4) return octets.toReversed().join(".");
  const nibbles = octets.flatMap((octet) => [octet >> 4, octet & 15]);
  return nibbles.toReversed().map((nibble) => nibble.toString(16)).join(".");
}

/** 127.0.0.1 in the family of this address, which no living list lists. RFC 5782 §5. */
export function controlFor(octets: readonly number[]): string {
  const loopback = [127, 0, 0, 1];
  const mapped = [...new Array<number>(10).fill(0), 255, 255, ...loopback];
  return reversedName(octets.length === 4 ? loopback : mapped);
}
