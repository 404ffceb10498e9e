// Networks of IPv4 and IPv6 addresses in CIDR form: `192.0.2.0/24`. RFC 4632 §3.1, RFC 4291 §2.3.

import { formatAddress, parseAddress, unmapped } from "./address.ts";

/** All addresses from `first` to `last`; 4 octets each for IPv4, 16 for IPv6. */
export interface Network {
  readonly first: Uint8Array;
  readonly last: Uint8Array;
  /** Bits of the prefix: 0 to 32 or 128. */
  readonly length: number;
}

/** `why` begins with "expected" and names the right way to write it. */
export type ParsedNetwork =
  | { readonly kind: "network"; readonly network: Network }
  | { readonly kind: "bad"; readonly why: string };

/**
 * `192.0.2.0/24`, `2001:db8::/32`, or an address without a length, which stands for itself. An IPv4-mapped IPv6 network
 * is the IPv4 network in it, but `::/0` holds no IPv4 address. Bits behind the prefix are an error: somebody meant
 * another network.
 */
export function parseNetwork(text: string): ParsedNetwork {
  const [, before = "", digits] = /^([^/]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const octets = parseAddress(before);
  if (octets === undefined) return bad("expected a network such as 192.0.2.0/24 or 2001:db8::/32, or an address");
  const bits = octets.length * 8;
  const length = digits === undefined ? bits : Number(digits);
  if (length > bits) return bad(`expected a prefix length from 0 to ${bits} behind the slash`);
  const network = networkAround(octets, length);
  if (!isEqual(network.first, octets)) {
    return bad(`expected ${formatNetwork(plain(network))} (or ${formatAddress(octets)} for that address alone)`);
  }
  return { kind: "network", network: plain(network) };
}

/** The network of `length` bits that an address is in. */
export function networkAround(octets: Uint8Array, length: number): Network {
  const first = new Uint8Array(octets);
  const last = new Uint8Array(octets);
  for (let i = Math.floor(length / 8); i < octets.length; i++) {
    const host = 0xff >> Math.max(0, length - i * 8);
    first[i] = (octets[i] ?? 0) & ~host;
    last[i] = (octets[i] ?? 0) | host;
  }
  return { first, last, length };
}

/** The one spelling of a network; an address alone has no length. */
export function formatNetwork({ first, length }: Network): string {
  return length === first.length * 8 ? formatAddress(first) : `${formatAddress(first)}/${length}`;
}

/** Where the first address is mapped all are: the bits that mark it are not zero, and so belong to the prefix. */
function plain({ first, last, length }: Network): Network {
  const ipv4 = unmapped(first);
  return ipv4.length === first.length
    ? { first, last, length }
    : { first: ipv4, last: unmapped(last), length: length - 96 };
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((octet, i) => octet === b[i]);
}

function bad(why: string): ParsedNetwork {
  return { kind: "bad", why };
}
