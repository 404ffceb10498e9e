// Whether what a client's certificate says may be believed: on every runtime for the same reasons.

import { X509Certificate } from "node:crypto";
import type { Peer } from "../platform/tls_peer.ts";
import { readCertificate } from "./certificate_fields.ts";

/** RFC 5280 §4.2.1.12, id-kp-clientAuth and anyExtendedKeyUsage. */
const usages = ["1.3.6.1.5.5.7.3.2", "2.5.29.37.0"];

/** Without authorities of ours nothing is verified: those that a runtime knows by itself sign for anybody. */
export function isVerified({ der, authorized }: Peer, authorities: readonly X509Certificate[], now: number): boolean {
  if (authorities.length === 0 || authorized === false) return false;
  const certificate = new X509Certificate(der);
  // Of a resumed session the certificate may have expired since it was shown.
  if (!inForce(certificate, now)) return false;
  return authorized ?? authorities.some((authority) => inForce(authority, now) && vouches(authority, certificate));
}

/** Without the certificates between, which a resumed session does not bring: theirs need a full handshake. */
function vouches(authority: X509Certificate, certificate: X509Certificate): boolean {
  const allowed = readCertificate(certificate.raw)?.usages;
  return (allowed === undefined || allowed.some((usage) => usages.includes(usage))) &&
    certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function inForce({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now < Date.parse(validTo);
}
