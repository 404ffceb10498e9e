// Version 2 of the PROXY protocol, section 2.2: 16 octets, two addresses, and records of what else the proxy knows.

import type { Endpoint } from "../../sdk/contract/event.ts";
import { formatAddress } from "../networks/address.ts";
import { type Invalid, invalid, type Progress, type ProxyHeader } from "./header.ts";
import { readRecords } from "./records.ts";

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const fixed = 16;
/** Octets behind the fixed part. What proxies send has some hundreds. */
const longest = 4096;

const [local, proxy] = [0, 1];

/** Family and protocol in one octet. A datagram cannot carry a session, so there are streams only. */
const families: { readonly [family: number]: { readonly addresses: number; readonly read: ReadEndpoints } } = {
  0x00: { addresses: 0, read: () => ({}) },
  0x11: { addresses: 12, read: (octets) => readEndpoints(octets, 4) },
  0x21: { addresses: 36, read: (octets) => readEndpoints(octets, 16) },
  0x31: { addresses: 216, read: () => ({}) }, // a path of a socket is no address of a client
};

type ReadEndpoints = (octets: Uint8Array) => { readonly client?: Endpoint; readonly server?: Endpoint };

/** Can this become a header of version 2? `octets` holds at least one. */
export function isVersion2(octets: Uint8Array): boolean {
  return octets[0] === signature[0];
}

/** `rest` counts from the first octet of the header. */
export function readVersion2(octets: Uint8Array): Progress {
  const objection = objectionTo(octets.subarray(0, fixed));
  if (objection !== undefined) return objection;
  const end = fixed + (octets.length < fixed ? 0 : lengthIn(octets));
  if (octets.length < end || octets.length < fixed) return { kind: "more", need: end - octets.length };
  // The sender must be believed that it is there, and nothing else it wrote, not even a family.
  if (octets[12] === (0x20 | local)) return { kind: "header", header: { local: true }, rest: end };
  const header = readHeader(octets.subarray(0, end));
  return "kind" in header ? header : { kind: "header", header, rest: end };
}

/** Judges the fixed part octet by octet, as far as it is there. */
function objectionTo(octets: Uint8Array): Invalid | undefined {
  for (let i = 0; i < Math.min(octets.length, signature.length); i++) {
    if (octets[i] !== signature[i]) return invalid("is missing: something else came first");
  }
  const [command, family] = octets.subarray(12);
  if (command !== undefined && command >> 4 !== 2) return invalid(`has version ${command >> 4}`);
  if (command !== undefined && (command & 15) > proxy) return invalid(`has the unknown command ${command & 15}`);
  const isLocal = command === (0x20 | local);
  if (family !== undefined && !isLocal && families[family] === undefined) {
    return invalid(`has the family and protocol 0x${family.toString(16).padStart(2, "0")}: not of a stream`);
  }
  if (octets.length < fixed) return undefined;
  const length = lengthIn(octets);
  if (length > longest) return invalid(`says it has ${length} octets more: at most ${longest} are taken`);
  const least = isLocal ? 0 : families[family ?? 0]?.addresses ?? 0;
  return length < least ? invalid("is too short for its addresses") : undefined;
}

/** `octets` is the whole header and no more. */
function readHeader(octets: Uint8Array): ProxyHeader | Invalid {
  const family = families[octets[13] ?? 0];
  if (family === undefined) return invalid("has an unknown family");
  const facts = readRecords(octets, fixed + family.addresses);
  if ("kind" in facts) return facts;
  return { ...family.read(octets.subarray(fixed)), local: false, ...facts };
}

function readEndpoints(octets: Uint8Array, size: number): ReturnType<ReadEndpoints> {
  const portAt = (at: number): number => ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
  const client = { address: formatAddress(octets.subarray(0, size)), port: portAt(2 * size) };
  const server = { address: formatAddress(octets.subarray(size, 2 * size)), port: portAt(2 * size + 2) };
  return { client, server };
}

function lengthIn(octets: Uint8Array): number {
  return ((octets[14] ?? 0) << 8) | (octets[15] ?? 0);
}
