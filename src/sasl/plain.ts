// PLAIN: both identities and the password in one response. RFC 4616.

import type { PasswordClaim } from "./claim.ts";
import { authorizing, concluded } from "./identity.ts";
import { failed, type Next } from "./mechanism.ts";
import { prepareName, preparePassword, readUtf8 } from "./prepare.ts";
import { Secret } from "./secret.ts";

export function beginPlain(initial: Uint8Array | undefined): Next {
  if (initial !== undefined) return read(initial);
  return { kind: "challenge", octets: new Uint8Array(0), onResponse: read };
}

function read(response: Uint8Array): Next {
  const claim = parse(response);
  if (claim === undefined) return failed("malformed");
  return { kind: "ask", claim, onAnswer: (answer) => concluded(claim, answer) };
}

/** RFC 4616 §2: [authzid] NUL authcid NUL passwd. */
function parse(response: Uint8Array): PasswordClaim | undefined {
  const parts = readUtf8(response)?.split("\0") ?? [];
  const [authzid, authcid, passwd] = parts;
  if (authzid === undefined || authcid === undefined || passwd === undefined || parts.length !== 3) return undefined;
  const user = prepareName(authcid);
  const password = preparePassword(passwd);
  const wanted = authzid === "" ? undefined : prepareName(authzid);
  // RFC 4954 §4: an authorization identity that cannot be prepared fails.
  if (user === undefined || password === undefined || (authzid !== "" && wanted === undefined)) return undefined;
  return { kind: "password", mechanism: "PLAIN", user, ...authorizing(user, wanted), password: new Secret(password) };
}
