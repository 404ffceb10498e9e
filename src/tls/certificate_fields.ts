// Finds the names in a certificate. The runtimes' own text form of them cannot be trusted: Deno's does not escape.

import { type Element, readElements, readInside, readObjectIdentifier, tags } from "./der.ts";
import { formatName } from "./distinguished_name.ts";

export interface CertificateFields {
  /** RFC 4514. */
  readonly subject: string;
  readonly issuer: string;
  /** The dNSNames of subjectAltName in lower case, a wildcard perhaps; what is no host name is left out. */
  readonly dnsNames: readonly string[];
  /** The rfc822Names of subjectAltName; what is no mailbox is left out. */
  readonly emails: readonly string[];
  /** What it may be used for, as object identifiers (extended key usage); absent: for anything. */
  readonly usages?: readonly string[];
  /** What the issuer signed with, as an object identifier. */
  readonly signedWith: string;
}

/** Names of one kind that are read: nobody needs more, and an event should not carry thousands. */
const most = 100;

// RFC 5280 §4.1 and §4.2.1.6.
const extensionsTag = 0xa3;
const versionTag = 0xa0;
const emailTag = 0x81;
const dnsTag = 0x82;
const subjectAltName = "2.5.29.17";
const extendedKeyUsage = "2.5.29.37";

const hostName = /^(?:\*\.)?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
const mailbox = /^[\x21-\x3f\x41-\x7e]+@[a-z0-9.-]+$/i;

/** Lower case, in the letters that go over the wire; a wildcard is one too. */
export function isHostName(name: string): boolean {
  return name.length <= 253 && hostName.test(name);
}

/** Undefined if the octets are no X.509 certificate. */
export function readCertificate(der: Uint8Array): CertificateFields | undefined {
  const [certificate, ...more] = readElements(der) ?? [];
  const [signed, algorithm] = readInside(certificate, tags.sequence) ?? [];
  const fields = readInside(signed, tags.sequence);
  if (fields === undefined || more.length > 0) return undefined;
  const [, , issuer, , subject, , ...optional] = fields[0]?.tag === versionTag ? fields.slice(1) : fields;
  const names = { subject: formatName(subject), issuer: formatName(issuer) };
  const signedWith = readObjectIdentifier(readInside(algorithm, tags.sequence)?.[0]);
  if (names.subject === undefined || names.issuer === undefined || signedWith === undefined) return undefined;
  const extensions = optional.find(({ tag }) => tag === extensionsTag);
  const others = readExtension(extensions, subjectAltName) ?? [];
  const usages = readExtension(extensions, extendedKeyUsage)?.map((usage) => readObjectIdentifier(usage) ?? "");
  return {
    subject: names.subject,
    issuer: names.issuer,
    dnsNames: textsOf(others, dnsTag).map((name) => name.toLowerCase()).filter(isHostName),
    emails: textsOf(others, emailTag).filter((email) => mailbox.test(email)),
    signedWith,
    ...usages === undefined ? {} : { usages },
  };
}

/** The elements of an extension that is a sequence; undefined if the certificate has no such extension. */
function readExtension(extensions: Element | undefined, identifier: string): readonly Element[] | undefined {
  const [list] = readInside(extensions, extensionsTag) ?? [];
  for (const extension of readInside(list, tags.sequence) ?? []) {
    const parts = readInside(extension, tags.sequence) ?? [];
    if (readObjectIdentifier(parts[0]) !== identifier) continue;
    // Between the two stands `critical`, or nothing.
    const [sequence] = readInside(parts.at(-1), tags.octetString) ?? [];
    return readInside(sequence, tags.sequence) ?? [];
  }
  return undefined;
}

function textsOf(names: readonly Element[], wanted: number): readonly string[] {
  const found = names.filter(({ tag }) => tag === wanted).slice(0, most);
  return found.map(({ content }) => Buffer.from(content).toString("latin1"));
}
