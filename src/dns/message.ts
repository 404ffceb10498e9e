// Queries and answers as octets. The only file that knows dns-packet; what a server sent is not believed before it is checked.

import { randomInt } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import {
  type Answer as PacketRecord,
  AUTHENTIC_DATA,
  decode,
  type DecodedPacket,
  encode,
  RECURSION_DESIRED,
} from "dns-packet";
import { checkName, hostName } from "./name.ts";
import type { RecordOf, RecordType } from "./resolver.ts";

/** Small enough to pass every network in one piece. RFC 9715 §3.1. */
const udpPayloadSize = 1232;

/** More than any name used for mail has; a decoder's work is bounded by it. */
const mostRecords = 1_000;

export interface Query {
  readonly id: number;
  readonly octets: Uint8Array;
}

/** What was asked; `name` as `checkName` gives it. */
export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** One record of the answer section. */
export type WireRecord = {
  readonly [T in RecordType]: {
    readonly owner: string;
    readonly type: T;
    readonly ttl: number;
    readonly content: RecordOf[T];
  };
}[RecordType];

export interface Message {
  readonly kind: "message";
  readonly rcode: string;
  readonly authenticated: boolean;
  readonly records: readonly WireRecord[];
  /** Seconds for which the absence of a record may be believed; 0 without an SOA record. RFC 2308 §5. */
  readonly negativeTtl: number;
  /** What it took on the wire. */
  readonly octets: number;
}

/** `foreign`: not the answer to this query, whoever sent it; it is to be ignored. */
export type Reading =
  | Message
  | { readonly kind: "truncated" }
  | { readonly kind: "foreign" }
  | { readonly kind: "malformed"; readonly message: string };

/** A query with an id of its own. The AD bit asks for the server's verdict on signatures, RFC 6840 §5.7. */
export function makeQuery(question: Question, extended: boolean): Query {
  const id = randomInt(0x10000);
  const octets = encode({
    type: "query",
    id,
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ type: question.type, name: question.name, class: "IN" }],
    additionals: extended
      ? [{
        type: "OPT",
        name: ".",
        udpPayloadSize,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      }]
      : [],
  });
  return { id, octets };
}

/** Reads what came back for `query`; never throws. */
export function readMessage(octets: Uint8Array, query: Query): Reading {
  const view = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (view.length < 12 || view.readUInt16BE(0) !== query.id) return { kind: "foreign" };
  const flags = view.readUInt16BE(2);
  // An answer (QR) to a standard query (opcode 0).
  if ((flags & 0xf800) !== 0x8000) return { kind: "foreign" };
  // A server that could not read the query cannot repeat it, RFC 1035 §4.1.1; others must.
  const mayOmitQuestion = ![0, 3].includes(flags & 15) && view.readUInt16BE(4) === 0;
  if (!mayOmitQuestion && !repeatsQuestion(view, query.octets)) return { kind: "foreign" };
  // Before decoding: it may be cut anywhere. RFC 2181 §9.
  if ((flags & 0x0200) !== 0) return { kind: "truncated" };
  if (view.readUInt16BE(6) + view.readUInt16BE(8) + view.readUInt16BE(10) > mostRecords) {
    return { kind: "malformed", message: `an answer of more than ${mostRecords} records` };
  }
  try {
    const packet = decode(view);
    // The decoder does not always notice that it reads past the end.
    if (decode.bytes > view.length) return { kind: "malformed", message: "an answer shorter than its records" };
    return toMessage(packet, view.length);
  } catch (error) {
    return { kind: "malformed", message: error instanceof Error ? error.message : "an answer that cannot be decoded" };
  }
}

/** The question must come back octet by octet; only letters may have changed their case. RFC 5452 §9.1. */
function repeatsQuestion(answer: Uint8Array, query: Uint8Array): boolean {
  let end = 12;
  while (query[end] !== 0) end += (query[end] ?? 0) + 1;
  end += 5;
  if (answer[4] !== 0 || answer[5] !== 1 || answer.length < end) return false;
  for (let at = 12; at < end; at++) {
    const octet = answer[at] ?? 0;
    // A label's length is below 64 and so never taken for a letter; type and class are compared as they are.
    const isCapital = at < end - 4 && octet >= 0x41 && octet <= 0x5a;
    if ((isCapital ? octet | 0x20 : octet) !== query[at]) return false;
  }
  return true;
}

function toMessage(packet: DecodedPacket, octets: number): Message {
  const extended = (packet.additionals ?? []).find((record) => record.type === "OPT");
  const code = (packet.flags ?? 0) & 15 | (extended?.type === "OPT" ? extended.extendedRcode << 4 : 0);
  return {
    kind: "message",
    rcode: rcodeNames[code] ?? `RCODE${code}`,
    authenticated: packet.flag_ad,
    records: (packet.answers ?? []).flatMap(toRecord),
    negativeTtl: negativeTtl(packet.authorities ?? []),
    octets,
  };
}

const rcodeNames = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

function negativeTtl(authorities: readonly PacketRecord[]): number {
  const soa = authorities.find((record) => record.type === "SOA");
  return soa?.type === "SOA" ? Math.min(seconds(soa.ttl), seconds(soa.data.minimum)) : 0;
}

/** A time to live with its highest bit set is none. RFC 2181 §8. */
function seconds(ttl: number | undefined): number {
  return ttl === undefined || ttl > 0x7fffffff ? 0 : ttl;
}

/** Nothing for a record of another type or class, or one whose content is not what its type promises. */
function toRecord(record: PacketRecord): readonly WireRecord[] {
  if (record.type === "OPT" || record.class !== "IN") return [];
  const owner = checkName(record.name);
  if (owner.kind === "badName") return [];
  const shared = { owner: owner.name, ttl: seconds(record.ttl) };
  switch (record.type) {
    case "A":
      return isIPv4(record.data) ? [{ ...shared, type: "A", content: record.data }] : [];
    case "AAAA":
      return isIPv6(record.data) ? [{ ...shared, type: "AAAA", content: record.data }] : [];
    case "PTR":
    case "NS":
      return ifNamed(hostName(record.data), (content) => ({ ...shared, type: record.type as "PTR" | "NS", content }));
    case "CNAME":
      return ifNamed(plainName(record.data), (content) => ({ ...shared, type: "CNAME", content }));
    case "MX": {
      const { preference = 0, exchange } = record.data;
      const host = exchange === "." ? exchange : hostName(exchange);
      return ifNamed(host, (name) => ({ ...shared, type: "MX", content: { preference, exchange: name } }));
    }
    case "TXT":
      return [{ ...shared, type: "TXT", content: Buffer.concat([record.data].flat() as Buffer[]).toString("utf8") }];
    case "TLSA": {
      const { usage, selector, matchingType: matching, certificate } = record.data;
      return [{ ...shared, type: "TLSA", content: { usage, selector, matching, data: certificate.toString("hex") } }];
    }
    default:
      return [];
  }
}

function ifNamed(name: string | undefined, make: (name: string) => WireRecord): readonly WireRecord[] {
  return name === undefined ? [] : [make(name)];
}

/** An alias may lead through any name that can be asked for: RFC 2317 §4 suggests some that no host could have. */
function plainName(text: string): string | undefined {
  const checked = checkName(text);
  return checked.kind === "name" ? checked.name : undefined;
}
