// Which addresses are out on the Internet, and not this machine, its network or a way round into either.

import { parseAddress } from "../networks/address.ts";

type Block = readonly [prefix: Uint8Array, length: number];

// The IANA registry of special-purpose addresses: what is not globally reachable, and multicast.
const notPublicIpv4: readonly Block[] = [
  block("0.0.0.0", 8), // this network; connects to this machine
  block("10.0.0.0", 8), // private
  block("100.64.0.0", 10), // carrier-grade NAT
  block("127.0.0.0", 8), // loopback
  block("169.254.0.0", 16), // link-local; the metadata of cloud machines
  block("172.16.0.0", 12), // private
  block("192.0.0.0", 24), // protocol assignments
  block("192.0.2.0", 24), // documentation
  block("192.88.99.0", 24), // 6to4 relays
  block("192.168.0.0", 16), // private
  block("198.18.0.0", 15), // benchmarks
  block("198.51.100.0", 24), // documentation
  block("203.0.113.0", 24), // documentation
  block("224.0.0.0", 4), // multicast
  block("240.0.0.0", 4), // reserved, broadcast
];

// All else is loopback, IPv4-mapped, NAT64, unique local, link-local, multicast, or nothing yet.
const globalUnicast = block("2000::", 3);
const notPublicIpv6: readonly Block[] = [
  block("2001::", 23), // protocol assignments, Teredo among them
  block("2001:db8::", 32), // documentation
  block("2002::", 16), // 6to4: leads to any IPv4 address
  block("3fff::", 20), // documentation
];

/** False for what is no address at all. */
export function isPublicAddress(text: string): boolean {
  const octets = parseAddress(text);
  if (octets === undefined) return false;
  if (octets.length === 4) return !notPublicIpv4.some((each) => isWithin(octets, each));
  return isWithin(octets, globalUnicast) && !notPublicIpv6.some((each) => isWithin(octets, each));
}

function block(prefix: string, length: number): Block {
  return [parseAddress(prefix) ?? new Uint8Array(), length];
}

function isWithin(octets: Uint8Array, [prefix, length]: Block): boolean {
  for (let i = 0; i * 8 < length; i++) {
    const mask = 0xff & (0xff << Math.max(0, 8 - (length - i * 8)));
    if (((octets[i] ?? 0) & mask) !== ((prefix[i] ?? 0) & mask)) return false;
  }
  return true;
}
