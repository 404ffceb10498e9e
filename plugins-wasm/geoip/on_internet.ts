// Addresses that are somewhere: not this machine, and not a network behind which anybody may be.

import { addressOctets } from "../shared/networks.ts";

/** By their first octets: loopback, RFC 1918, RFC 6598, link-local; loopback, ULA (RFC 4193) and link-local of IPv6. */
const local: readonly RegExp[] = [
  /^(?:0|10|127)\./,
  /^192\.168\./,
  /^172\.(?:1[6-9]|2\d|3[01])\./,
  /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
  /^169\.254\./,
];

/** False for what is no IP address, as a client on a Unix socket has none. */
export function isOnInternet(address: string): boolean {
  const octets = addressOctets(address);
  if (octets === undefined) return false;
  if (octets.length === 4) return !local.some((beginning) => beginning.test(octets.join(".")));
  const [first = 0, second = 0] = octets;
  if ((first & 0xfe) === 0xfc || (first === 0xfe && (second & 0xc0) === 0x80)) return false;
  return octets.slice(0, 15).some((octet) => octet !== 0);
}
