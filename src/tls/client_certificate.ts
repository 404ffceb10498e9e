// What plugins and logs are told about a client's certificate.

import { createHash } from "node:crypto";
import type { Certificate } from "../../sdk/contract/event.ts";
import { readCertificate } from "./certificate_fields.ts";

/** Undefined if the octets are no certificate. */
export function describeCertificate(der: Uint8Array, verified: boolean): Certificate | undefined {
  const fields = readCertificate(der);
  if (fields === undefined) return undefined;
  return {
    verified,
    subject: fields.subject,
    issuer: fields.issuer,
    fingerprint: createHash("sha256").update(der).digest("hex"),
    names: fields.dnsNames,
    emails: fields.emails,
  };
}
