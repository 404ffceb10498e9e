// From a client's address to its names, and back again.

import type { Host } from "#sdk";
import { isLoopback } from "../helo/ip_address.ts";
import { askDns, type Found } from "../shared/ask_dns.ts";
import { addressOctets } from "../shared/networks.ts";
import { printable } from "../shared/printable.ts";

export interface Confirmation {
  readonly result: "pass" | "fail" | "temperror";
  /** RFC 8601 §2.7.3, which knows no networks: only the very address is `pass`. Absent if there was nothing to look up. */
  readonly iprev?: "pass" | "fail" | "temperror" | "permerror";
  /** Printable ASCII, at most 400 characters. */
  readonly why: string;
  readonly score: number;
  /** The name that leads back to the very address, in lower case. */
  readonly name?: string;
}

// RFC 7208 §4.6.4 bounds them as well: the owner of the reverse zone could name thousands.
const mostNames = 10;

/** `known`: the name that a trusted server has found already, which saves a look-up. At most two steps, each `timeout` seconds. */
export function confirm(
  host: Pick<Host, "dns">,
  address: string,
  known: string | undefined,
  timeout: number,
): Confirmation {
  if (isLoopback(address)) return { result: "pass", why: "the loopback interface", score: 1 };
  const octets = addressOctets(address);
  if (octets === undefined) return { result: "temperror", why: "the client has no IP address", score: 0 };
  const [pointer]: readonly (Found<"PTR"> | undefined)[] = known === undefined
    ? askDns(host, [{ name: plainAddress(address, octets), type: "PTR" }], timeout)
    : [{ kind: "found", records: [known] }];
  if (pointer === undefined || pointer.kind === "unanswered") {
    return { result: "temperror", iprev: "temperror", why: `Cannot look up the name of ${address} now`, score: 0 };
  }
  if (pointer.kind === "none") return { ...failed(`${address} has no name in DNS`), iprev: "permerror" };
  const names = pointer.records.filter(isQualified).slice(0, mostNames);
  if (names.length === 0) return failed(`${address} is called ${shown(pointer.records)}, which is no full domain name`);
  return leadBack(host, names, octets, timeout);
}

function leadBack(
  host: Pick<Host, "dns">,
  names: readonly string[],
  octets: readonly number[],
  timeout: number,
): Confirmation {
  const type: "A" | "AAAA" = octets.length === 4 ? "A" : "AAAA";
  const found = askDns(host, names.map((name) => ({ name, type })), timeout);
  const addressesOf = (each: Found<"A" | "AAAA"> | undefined): readonly (readonly number[] | undefined)[] =>
    each?.kind === "found" ? each.records.map(addressOctets) : [];
  const confirmed = names.find((_, index) =>
    addressesOf(found[index]).some((each) => isSame(each, octets, octets.length))
  );
  if (confirmed !== undefined) {
    return { result: "pass", iprev: "pass", why: shown(names), score: 1, name: confirmed.toLowerCase() };
  }
  const addresses = found.flatMap(addressesOf);
  // Big senders have many machines behind one name: the same /24, or /64.
  if (addresses.some((each) => isSame(each, octets, octets.length === 4 ? 3 : 8))) {
    return { result: "pass", iprev: "fail", why: `${shown(names)}, in the same network`, score: 0 };
  }
  if (found.some(({ kind }) => kind === "unanswered")) {
    return { result: "temperror", iprev: "temperror", why: `Cannot look up ${shown(names)} now`, score: 0 };
  }
  if (addresses.length === 0) return failed(`Its name ${shown(names)} has no address`);
  return { ...failed(`Its name ${shown(names)} leads to another address`), score: 0 };
}

/** IPv4 as IPv4, even if the socket is one for both, and IPv6 without its zone. */
function plainAddress(address: string, octets: readonly number[]): string {
  return octets.length === 4 ? octets.join(".") : address.replace(/%.*$/, "");
}

function failed(why: string): Confirmation {
  return { result: "fail", iprev: "fail", why, score: -1 };
}

/** At least two labels, of the characters of host names. */
function isQualified(name: string): boolean {
  return /[^.]\.[^.]/.test(name) && !/[^a-z0-9.-]/i.test(name);
}

function isSame(address: readonly number[] | undefined, client: readonly number[], octets: number): boolean {
  return address?.length === client.length && client.slice(0, octets).every((octet, i) => octet === address[i]);
}

function shown([first = ""]: readonly string[]): string {
  return printable(first.toLowerCase(), 255);
}
