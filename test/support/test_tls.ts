// TLS for servers inside a test's own process: one certificate, made once, that names api.test.

import { X509Certificate } from "node:crypto";
import { openAcceptor, type Upgrade } from "../../src/tls/acceptor.ts";
import { apiCertificate } from "./api_certificate.ts";

const upgrades = new Map<boolean, Upgrade>();

/** `asksClients`: for a certificate, which is believed if it is this same one. */
export function testUpgrade(asksClients = false): Upgrade {
  const known = upgrades.get(asksClients);
  if (known !== undefined) return known;
  const { cert, key } = apiCertificate;
  const identity = { chain: cert, key, der: new X509Certificate(cert).raw, names: ["api.test"] };
  const { upgrade } = openAcceptor({
    identities: [identity],
    minimum: "TLSv1.2",
    clientCertificates: asksClients ? "ask" : "off",
    ...(asksClients ? { authorities: [cert] } : {}),
  });
  upgrades.set(asksClients, upgrade);
  return upgrade;
}
