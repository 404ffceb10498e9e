// The channel binding that is made from the server's certificate alone (RFC 5929 §4).

import { createHash } from "node:crypto";
import { readCertificate } from "./certificate_fields.ts";

/** The hash to use by the algorithm the certificate is signed with; MD5 and SHA-1 are replaced by SHA-256. */
const hashes: { readonly [algorithm: string]: string } = {
  "1.2.840.113549.1.1.4": "sha256",
  "1.2.840.113549.1.1.5": "sha256",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.113549.1.1.14": "sha224",
  "1.2.840.10045.4.1": "sha256",
  "1.2.840.10045.4.3.1": "sha224",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
};

/** Undefined where the RFC defines none: for Ed25519, and for algorithms with more than one hash. */
export function serverEndPoint(der: Uint8Array): Uint8Array | undefined {
  const hash = hashes[readCertificate(der)?.signedWith ?? ""];
  return hash === undefined ? undefined : createHash(hash).update(der).digest();
}
