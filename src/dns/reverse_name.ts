// The name under which an address has its PTR record.

import { isIPv4, isIPv6 } from "node:net";

/** `1.2.0.192.in-addr.arpa`, or nibbles under `ip6.arpa`; `undefined` if `address` is no IP address. */
export function reverseName(address: string): string | undefined {
  if (isIPv4(address)) return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  const groups = isIPv6(address) ? groupsOf(address) : undefined;
  if (groups === undefined) return undefined;
  const mapped = mappedAddress(groups);
  if (mapped !== undefined) return reverseName(mapped);
  const nibbles = groups.map((group) => group.toString(16).padStart(4, "0")).join("");
  // RFC 3596 §2.5
  return `${[...nibbles].reverse().join(".")}.ip6.arpa`;
}

/** An IPv4 client of an IPv6 socket is written `::ffff:192.0.2.1`: its name is that of the IPv4 address. */
function mappedAddress(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  if (groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight numbers of an IPv6 address that is known to be one. */
function groupsOf(address: string): number[] {
  const [withoutZone = ""] = address.split("%");
  const [head = "", tail] = withoutZone.split("::");
  const first = parseGroups(head);
  if (tail === undefined) return first;
  const last = parseGroups(tail);
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function parseGroups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a << 8 | b, c << 8 | d];
  });
}
