// What comes of what a client shows, where the secret of its user is at hand.

import { accept, pass } from "#sdk";
import type { Answer, AuthEvent, Crypto, Host, Keys } from "#sdk";
import { foreign, wrong } from "./claim_refusals.ts";
import type { PasswordSecret } from "./secret.ts";
import { canonicalName } from "./user_name.ts";

/** What a client claims, and all that it is judged by. */
export interface Claim {
  readonly event: AuthEvent;
  /** Canonical. */
  readonly name: string;
  /** Undefined: there is no such user. */
  readonly known: PasswordSecret | undefined;
  /** Whom the session is said to be, if it is right. */
  readonly user: string;
  readonly host: Host;
}

/** Of PLAIN and LOGIN. Throws the HostErrors of `crypto.verifyPassword`. */
export function isPassword(secret: PasswordSecret, password: string, crypto: Crypto): boolean {
  if (secret.kind === "clear") return crypto.equal(secret.password, password);
  return crypto.verifyPassword(secret.text, password);
}

/** CRAM-MD5 (RFC 2195), which only a secret in clear can answer; it takes the same for all others, and for none. */
export function judgeDigest(claim: Claim, challenge: string, digest: string): Answer {
  const { name, known, host: { crypto, log } } = claim;
  const password = known?.kind === "clear" ? known.password : "nobody's password";
  const right = crypto.equal(crypto.hmac("md5", password, challenge), digest);
  if (known?.kind === "clear") return conclude(claim, right);
  if (known !== undefined) log("info", `${name}: CRAM-MD5 needs a password in clear`);
  return pass();
}

/** SCRAM-SHA-256: the host checks the proof, and makes up keys for those who are not known. */
export function giveKeys(claim: Claim): Answer {
  const { event: { mechanism }, name, known, host } = claim;
  if (known === undefined || !mechanism.startsWith("SCRAM-SHA-256")) return pass();
  if (known.kind === "hash") {
    host.log("info", `${name}: ${mechanism} needs SCRAM keys, or a password in clear`);
    return pass();
  }
  const verdict = conclude(claim, true);
  return verdict.verdict === "accept" ? { ...verdict, keys: keysOf(known) } : verdict;
}

function keysOf(secret: Exclude<PasswordSecret, { kind: "hash" }>): Keys {
  if (secret.kind === "clear") return { password: secret.password };
  const { salt, iterations, storedKey, serverKey } = secret;
  return { salt, iterations, storedKey, serverKey };
}

/** Nobody acts for another. Who guesses is not told so. */
export function conclude({ event: { authorize }, name, user }: Claim, right: boolean): Answer {
  if (!right) return wrong();
  return authorize === undefined || canonicalName(authorize) === name ? { ...accept(), user } : foreign();
}
