// Under which name a client is counted and remembered: its address, or a network around it.

import { addressOctets } from "./networks.ts";

/** `192.0.2.0/24` or `2001:db8:1::/48`: equal for all addresses of a network. What is no IP address is undefined. */
export function networkOf(address: string, ipv4Bits: number, ipv6Bits: number): string | undefined {
  const octets = addressOctets(address);
  return octets && networkName(octets, octets.length === 4 ? ipv4Bits : ipv6Bits);
}

/** One client: an IPv4 address, or the /64 of an IPv6 address, of which a customer has at least one. RFC 6177 §2. */
export function clientNetwork(address: string): string | undefined {
  return networkOf(address, 32, 64);
}

/** The network of the first `bits` of an address of 4 or 16 octets. */
export function networkName(octets: readonly number[], bits: number): string {
  const masked = octets.map((octet, at) => octet & 0xff00 >> Math.max(0, Math.min(8, bits - at * 8)));
  const prefix = bits === octets.length * 8 ? "" : `/${bits}`;
  return `${masked.length === 4 ? masked.join(".") : groupsOf(masked)}${prefix}`;
}

function groupsOf(octets: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, at) => (octets[at * 2] ?? 0) << 8 | (octets[at * 2 + 1] ?? 0));
  const end = groups.findLastIndex((group) => group !== 0) + 1;
  const text = groups.slice(0, end).map((group) => group.toString(16)).join(":");
  return end === 8 ? text : `${text}::`;
}
