// The octets of an address that a socket gave.

import { parseAddress, unmapped } from "./address.ts";

/** An IPv4-mapped address gives its 4 octets, and the zone of a link-local one is left away; otherwise `undefined`. */
export function clientOctets(address: string): Uint8Array | undefined {
  const zone = address.indexOf("%");
  const octets = parseAddress(zone < 0 ? address : address.slice(0, zone));
  return octets === undefined ? undefined : unmapped(octets);
}
