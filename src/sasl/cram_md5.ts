// CRAM-MD5: the client keys a digest of our challenge with its password. RFC 2195. Kept for old clients: whoever
// listens can try passwords against what he heard.

import type { DigestClaim } from "./claim.ts";
import { concluded } from "./identity.ts";
import { failed, type Next, type Surroundings } from "./mechanism.ts";
import { prepareName, readUtf8 } from "./prepare.ts";
import { Secret } from "./secret.ts";

export function beginCramMd5(initial: Uint8Array | undefined, surroundings: Surroundings): Next {
  if (initial !== undefined) return failed("initialNotAllowed");
  const { nonce, now, hostname } = surroundings;
  const challenge = `<${nonce()}.${Math.floor(now() / 1000)}@${hostname}>`;
  return { kind: "challenge", octets: Buffer.from(challenge), onResponse: (response) => read(challenge, response) };
}

/** RFC 2195 §2: the name, a space, the digest. Names may hold spaces. */
function read(challenge: string, response: Uint8Array): Next {
  const [, name = "", digest = ""] = /^(.*) ([0-9a-f]{32})$/su.exec(readUtf8(response) ?? "") ?? [];
  const user = prepareName(name);
  if (user === undefined) return failed("malformed");
  const claim: DigestClaim = { kind: "digest", mechanism: "CRAM-MD5", user, challenge, digest: new Secret(digest) };
  return { kind: "ask", claim, onAnswer: (answer) => concluded(claim, answer) };
}
