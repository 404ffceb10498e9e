// Lists of networks: which line of a list file names an address.

import type { Given } from "#sdk";
import { quote, splitLine } from "./pattern.ts";

/** 4 or 16 octets, and how many of their bits count. */
export interface Network {
  readonly octets: readonly number[];
  readonly length: number;
}

/** A look-up costs one step for each length of prefix in the list, however many lines there are. */
export interface NetworkList {
  /** By key; the number of the first line that says so, counted from 0. */
  readonly lines: ReadonlyMap<string, number>;
  readonly prefixes: readonly { readonly octets: number; readonly length: number }[];
}

export type ParsedNetwork =
  | { readonly kind: "network"; readonly network: Network }
  | { readonly kind: "bad"; readonly why: string };

// Each line costs some 100 octets of the memory that is restored before every call.
const maxLines = 10_000;

/**
 * Reads the list file of that name: a network, and behind white space whatever; each bad line becomes a problem, and each
 * with a network that `whyNot` has words against.
 */
export function readNetworks(
  given: Given,
  name: string,
  whyNot: (network: Network) => string | undefined = () => undefined,
): NetworkList {
  const texts = given.lists[name] ?? [];
  const lines = new Map<string, number>();
  const prefixes = new Map<string, { readonly octets: number; readonly length: number }>();
  if (texts.length > maxLines) given.problem(`lists.${name}`, `has ${texts.length} lines, more than ${maxLines}`);
  for (const [line, text] of texts.slice(0, maxLines).entries()) {
    const { pattern } = splitLine(text);
    const parsed = parseNetwork(pattern);
    if (parsed.kind === "bad") {
      given.problem(`lists.${name}[${line}]`, `${quote(pattern)} is no network: ${parsed.why}`);
      continue;
    }
    const { octets, length } = parsed.network;
    const objection = whyNot(parsed.network);
    if (objection !== undefined) given.problem(`lists.${name}[${line}]`, `${quote(pattern)} ${objection}`);
    // 4 octets never look like 16.
    const key = `${octets.join(".")}/${length}`;
    if (!lines.has(key)) lines.set(key, line);
    prefixes.set(`${octets.length} ${length}`, { octets: octets.length, length });
  }
  return { lines, prefixes: [...prefixes.values()] };
}

/** The number of the first line that names this address; none does if it is no IP address (a Unix socket has none). */
export function findNetwork({ lines, prefixes }: NetworkList, address: string): number | undefined {
  const octets = addressOctets(address);
  if (octets === undefined) return undefined;
  const found = prefixes
    .filter((prefix) => prefix.octets === octets.length)
    .map(({ length }) => lines.get(keyOf(octets, length)))
    .filter((line) => line !== undefined);
  return found.length === 0 ? undefined : Math.min(...found);
}

/**
 * `192.0.2.0/24`, `2001:db8::/32`, an address, or how addresses begin: `192.0.2.`, `2001:db8:`. Bits behind the prefix
 * are an error, since somebody meant another network. An IPv4-mapped network is the IPv4 network in it.
 */
export function parseNetwork(text: string): ParsedNetwork {
  const beginning = /[.:]$/.test(text) ? parseBeginning(text) : undefined;
  if (beginning !== undefined) return { kind: "network", network: beginning };
  // Who writes so means all that begins so, but it is the name of one address.
  if (text.length > 2 && text.endsWith("::")) return bad("write how many bits count, /128 for that address alone");
  const [, before = "", digits] = /^([^/]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const octets = before.includes(":") ? parseIpv6(before) : parseIpv4(before);
  if (octets === undefined) return bad('write "192.0.2.0/24", "192.0.2.", "2001:db8::/32" or an address');
  const length = digits === undefined ? octets.length * 8 : Number(digits);
  if (length > octets.length * 8) return bad(`at most ${octets.length * 8} bits can count`);
  if (masked(octets, length).some((octet, i) => octet !== octets[i])) {
    return bad(`it has bits behind the first ${length}`);
  }
  const plain = unmapped(octets);
  return { kind: "network", network: { octets: plain, length: length - (octets.length - plain.length) * 8 } };
}

/** The 4 or 16 octets of a client's address: without its zone, an IPv4-mapped one as IPv4; undefined if it is none. */
export function addressOctets(text: string): readonly number[] | undefined {
  const address = text.slice(0, 100).replace(/%.*$/, "");
  if (address.length > 45) return undefined;
  const octets = address.includes(":") ? parseIpv6(address) : parseIpv4(address);
  return octets === undefined ? undefined : unmapped(octets);
}

function parseBeginning(text: string): Network | undefined {
  const [ipv4, ipv6] = [/^(?:\d{1,3}\.){1,3}$/.test(text), /^(?:[0-9a-f]{1,4}:){1,7}$/i.test(text)];
  const groups = text.split(/[.:]/).slice(0, -1);
  if (ipv4) {
    const octets = parseIpv4([...groups, "0", "0", "0"].slice(0, 4).join("."));
    return octets === undefined ? undefined : { octets, length: groups.length * 8 };
  }
  const octets = ipv6 ? parseIpv6(`${text}:`) : undefined;
  return octets === undefined ? undefined : { octets, length: groups.length * 16 };
}

function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  // To some programs 010 is eight: no leading zeros.
  const valid = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return valid ? parts.map(Number) : undefined;
}

// RFC 4291 §2.2
function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  const [head, tail] = [octetsOf(halves[0] ?? "", halves.length === 1), octetsOf(halves[1] ?? "", true)];
  if (halves.length > 2 || head === undefined || tail === undefined) return undefined;
  const zeros = 16 - head.length - tail.length;
  if (halves.length === 1 ? zeros !== 0 : zeros < 2) return undefined;
  return [...head, ...new Array<number>(zeros).fill(0), ...tail];
}

/** One side of `::`; the end of an address may be written as IPv4. */
function octetsOf(side: string, isEnd: boolean): readonly number[] | undefined {
  const groups = side === "" ? [] : side.split(":");
  const octets: number[] = [];
  for (const [i, group] of groups.entries()) {
    const ipv4 = isEnd && i === groups.length - 1 ? parseIpv4(group) : undefined;
    const number = Number.parseInt(group, 16);
    if (ipv4 !== undefined) octets.push(...ipv4);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) octets.push(number >> 8, number & 255);
    else return undefined;
  }
  return octets;
}

/** The IPv4 address in an IPv4-mapped one, as sockets for both families write it (RFC 4291 §2.5.5.2). */
function unmapped(octets: readonly number[]): readonly number[] {
  const isMapped = octets.length === 16 && octets.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  return isMapped ? octets.slice(12) : octets;
}

function masked(octets: readonly number[], length: number): readonly number[] {
  return octets.map((octet, i) => octet & (0xff00 >> Math.max(0, Math.min(8, length - 8 * i))));
}

/** Under which a network of this length that holds the address stands in the list. */
function keyOf(octets: readonly number[], length: number): string {
  return `${masked(octets, length).join(".")}/${length}`;
}

function bad(why: string): ParsedNetwork {
  return { kind: "bad", why };
}
