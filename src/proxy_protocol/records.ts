// The records behind the addresses of a version 2 header: type, length, value. Section 2.2.1 and following.

import { crc32c } from "./crc32c.ts";
import { type Invalid, invalid, type ProxyHeader, type ProxyTls } from "./header.ts";

/** What is known beside the addresses. */
export type Facts = Pick<ProxyHeader, "authority" | "alpn" | "uniqueId" | "tls">;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** `undefined` from `read`: the value is malformed. An empty text says nothing. */
type TextRow<Key> = {
  readonly name: string;
  readonly key: Key;
  readonly most: number;
  readonly read: (value: Uint8Array) => string | undefined;
};

const textRows: { readonly [type: number]: TextRow<"alpn" | "authority" | "uniqueId"> } = {
  0x01: { name: "ALPN", key: "alpn", most: 255, read: ascii },
  0x02: { name: "AUTHORITY", key: "authority", most: 255, read: utf8 },
  0x05: { name: "UNIQUE_ID", key: "uniqueId", most: 128, read: (value) => ascii(value) ?? hexadecimal(value) },
};

const tlsRows: { readonly [type: number]: TextRow<"version" | "cipher" | "commonName"> } = {
  0x21: { name: "SSL_VERSION", key: "version", most: 64, read: ascii },
  0x22: { name: "SSL_CN", key: "commonName", most: 255, read: utf8 },
  0x23: { name: "SSL_CIPHER", key: "cipher", most: 64, read: ascii },
};

const [checksumType, tlsType] = [0x03, 0x20];

/** The records of `header`, which begin at `from`. Unknown ones are skipped; one that is known may stand there once. */
export function readRecords(header: Uint8Array, from: number): Facts | Invalid {
  const records = recordsIn(header, from);
  if (records === undefined) return invalid("has a record that is longer than the header");
  const twice = repeated(records, (type) => type === checksumType || type === tlsType || textRows[type] !== undefined);
  if (twice !== undefined) return twice;
  const facts: Writable<Facts> = {};
  for (const { type, value } of records) {
    const objection = type === checksumType
      ? checksumObjection(header, value)
      : type === tlsType
      ? takeTls(value, facts)
      : takeText(textRows[type], value, facts);
    if (objection !== undefined) return objection;
  }
  return facts;
}

interface TypedValue {
  readonly type: number;
  readonly value: Uint8Array;
}

/** `undefined` if they do not end where the octets do. */
function recordsIn(octets: Uint8Array, from: number): readonly TypedValue[] | undefined {
  const records: TypedValue[] = [];
  let at = from;
  while (at < octets.length) {
    const start = at + 3;
    const end = start + ((octets[at + 1] ?? 0) << 8 | (octets[at + 2] ?? 0));
    if (end > octets.length) return undefined;
    records.push({ type: octets[at] ?? 0, value: octets.subarray(start, end) });
    at = end;
  }
  return records;
}

/** Of two records that say something different, nobody could tell which one is meant. */
function repeated(records: readonly TypedValue[], isKnown: (type: number) => boolean): Invalid | undefined {
  const seen = new Set<number>();
  for (const { type } of records) {
    if (isKnown(type) && seen.has(type)) {
      return invalid(`has two records of type 0x${type.toString(16).padStart(2, "0")}`);
    }
    seen.add(type);
  }
  return undefined;
}

/** The sum is made over the whole header with zeros in its own place. Section 2.2.3. */
function checksumObjection(header: Uint8Array, value: Uint8Array): Invalid | undefined {
  if (value.length !== 4) return invalid("has a checksum that is not 4 octets long");
  const copy = new Uint8Array(header); // a Buffer's slice would not be a copy
  const start = value.byteOffset - header.byteOffset;
  copy.fill(0, start, start + 4);
  const given = new DataView(value.buffer, value.byteOffset, 4).getUint32(0);
  return crc32c(copy) === given ? undefined : invalid("has a wrong checksum");
}

function takeText<Key extends string>(
  row: TextRow<Key> | undefined,
  value: Uint8Array,
  into: { [K in Key]?: string },
): Invalid | undefined {
  if (row === undefined) return undefined;
  if (value.length > row.most) return invalid(`has a record ${row.name} of more than ${row.most} octets`);
  const text = row.read(value);
  if (text === undefined) return invalid(`has a record ${row.name} that is not printable`);
  if (text !== "") into[row.key] = text;
  return undefined;
}

/** Section 2.2.6: flags, the result of verifying as 32 bits with zero for success, and records of its own. */
function takeTls(value: Uint8Array, into: Writable<Facts>): Invalid | undefined {
  const records = value.length < 5 ? undefined : recordsIn(value, 5);
  if (records === undefined) return invalid("has a record SSL of a wrong length");
  const twice = repeated(records, (type) => tlsRows[type] !== undefined);
  if (twice !== undefined) return twice;
  const facts: Writable<Omit<ProxyTls, "verified">> = {};
  for (const record of records) {
    const objection = takeText(tlsRows[record.type], record.value, facts);
    if (objection !== undefined) return objection;
  }
  const flags = value[0] ?? 0;
  // Zero also stands there when no certificate was shown: the flags for this connection and this session tell.
  const verified = (flags & 0x06) !== 0 && value.subarray(1, 5).every((octet) => octet === 0);
  if ((flags & 0x01) !== 0) into.tls = { ...facts, verified };
  return undefined;
}

function ascii(value: Uint8Array): string | undefined {
  return value.every((octet) => octet >= 0x21 && octet <= 0x7e) ? String.fromCharCode(...value) : undefined;
}

/** Valid, and without anything that could confuse who reads it in a log. */
function utf8(value: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
    return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function hexadecimal(value: Uint8Array): string {
  return `0x${Array.from(value, (octet) => octet.toString(16).padStart(2, "0")).join("")}`;
}
