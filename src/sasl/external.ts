// EXTERNAL: the client is whom its TLS certificate says, or whom that may act as. RFC 4422 appendix A.

import type { CertificateClaim } from "./claim.ts";
import { concluded } from "./identity.ts";
import { failed, type Next, type Surroundings } from "./mechanism.ts";
import { prepareName, readUtf8 } from "./prepare.ts";

export function beginExternal(initial: Uint8Array | undefined, surroundings: Surroundings): Next {
  const read = (response: Uint8Array): Next => readIdentity(response, surroundings);
  if (initial !== undefined) return read(initial);
  return { kind: "challenge", octets: new Uint8Array(0), onResponse: read };
}

/** An empty response leaves it to the plugins to say who it is. */
function readIdentity(response: Uint8Array, { certificate }: Surroundings): Next {
  if (certificate === undefined || !certificate.verified) return failed("mismatch");
  const authorize = response.length === 0 ? undefined : prepareName(readUtf8(response) ?? "");
  if (response.length > 0 && authorize === undefined) return failed("malformed");
  const claim: CertificateClaim = {
    kind: "certificate",
    mechanism: "EXTERNAL",
    certificate,
    ...(authorize === undefined ? {} : { authorize }),
  };
  return { kind: "ask", claim, onAnswer: (answer) => concluded(claim, answer) };
}
