// Makes a key and a certificate that vouches for itself: the only file that knows the library which writes them.

import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";

export interface Wanted {
  /** The first is the owner's name too. */
  readonly hostNames: readonly string[];
  readonly addresses: readonly string[];
  readonly from: Date;
  readonly until: Date;
}

/** ECDSA on P-256, which every TLS client knows. */
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** RFC 5280 §4.2.1.12, id-kp-serverAuth. */
const serverAuthentication = "1.3.6.1.5.5.7.3.1";

/** PEM: the key, then the certificate. */
export async function issueSelfSigned({ hostNames, addresses, from, until }: Wanted): Promise<string> {
  // A tenth of a second, and seldom needed: nobody else should wait for it.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // RFC 5280 §4.1.2.2: positive, at most 20 octets.
    serialNumber: `01${randomBytes(15).toString("hex")}`,
    // RFC 5280 Appendix A: a common name has at most 64 characters; clients look at subjectAltName only.
    name: [{ CN: [(hostNames[0] ?? "localhost").slice(0, 64)] }],
    notBefore: from,
    notAfter: until,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([serverAuthentication]),
      new x509.SubjectAlternativeNameExtension([
        ...hostNames.map((value) => ({ type: "dns", value }) as const),
        ...addresses.map((value) => ({ type: "ip", value }) as const),
      ]),
    ],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ type: "pkcs8", format: "pem" });
  return `${key.toString()}${certificate.toString("pem")}\n`;
}
