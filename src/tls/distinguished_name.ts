// Writes the name of a certificate's owner or issuer as one line that cannot be mistaken for another name (RFC 4514).

import { type Element, readInside, readObjectIdentifier, tags } from "./der.ts";

/** RFC 4514 §3, and the one more that mail certificates often have. */
const shortNames: { readonly [identifier: string]: string } = {
  "2.5.4.3": "CN",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "STREET",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "emailAddress",
};

const encodings: { readonly [tag: number]: string } = {
  [tags.utf8String]: "utf-8",
  [tags.printableString]: "latin1",
  [tags.teletexString]: "latin1",
  [tags.ia5String]: "latin1",
  [tags.bmpString]: "utf-16be",
};

/** `CN=mx.example.org,O=Example`, the most particular first; undefined if the octets are no name. */
export function formatName(name: Element | undefined): string | undefined {
  const parts = readInside(name, tags.sequence)?.map(formatPart);
  if (parts === undefined || parts.includes(undefined)) return undefined;
  // RFC 4514 §2.1: the other way round than it is written in the certificate.
  return parts.reverse().join(",");
}

function formatPart(part: Element): string | undefined {
  const values = readInside(part, tags.set)?.map(formatValue);
  return values === undefined || values.includes(undefined) ? undefined : values.join("+");
}

function formatValue(pair: Element): string | undefined {
  const [type, value] = readInside(pair, tags.sequence) ?? [];
  const identifier = readObjectIdentifier(type);
  if (identifier === undefined || value === undefined) return undefined;
  return `${shortNames[identifier] ?? identifier}=${escapeValue(value)}`;
}

function escapeValue({ tag, content }: Element): string {
  const text = decode(encodings[tag], content);
  // RFC 4514 §2.4: what is no string is shown as the octets it is.
  if (text === undefined) return `#${hex(content)}`;
  return text
    .replace(/^[ #]|[",+<>;\\=]| $/g, (character) => `\\${character}`)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => hex(new TextEncoder().encode(character), "\\"));
}

function decode(encoding: string | undefined, octets: Uint8Array): string | undefined {
  if (encoding === undefined) return undefined;
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}

function hex(octets: Uint8Array, before = ""): string {
  return [...octets].map((octet) => before + octet.toString(16).padStart(2, "0")).join("");
}
