// Names the network that an address belongs to, so that clients can be counted by it.

import { clientOctets } from "./client_octets.ts";
import { formatNetwork, networkAround } from "./network.ts";

/** Bits of the prefix by family. */
export interface Prefixes {
  readonly ipv4: number;
  readonly ipv6: number;
}

/** One customer has at least a /64 of IPv6 to take addresses from. RFC 6177 §2. */
const oneClient: Prefixes = { ipv4: 32, ipv6: 64 };

/** `192.0.2.0/24` or `2001:db8:1::/48`: equal for addresses in the same network. What is no address is its own key. */
export function networkOf(address: string, prefixes: Prefixes): string {
  const octets = clientOctets(address);
  if (octets === undefined) return address;
  return formatNetwork(networkAround(octets, octets.length === 4 ? prefixes.ipv4 : prefixes.ipv6));
}

/** Under which one client is counted: its IPv4 address, or the /64 of its IPv6 address. */
export function clientKey(address: string): string {
  return networkOf(address, oneClient);
}
