// Whether what a client shows goes with the secret that is stored of a user.

import type { Crypto, Keys } from "#sdk";
import type { PasswordSecret } from "./secret.ts";

/** Throws the HostErrors of `crypto.verifyPassword`. */
export function isPassword(secret: PasswordSecret, password: string, crypto: Crypto): boolean {
  if (secret.kind === "clear") return crypto.equal(secret.password, password);
  return crypto.verifyPassword(secret.text, password);
}

/** CRAM-MD5 (RFC 2195), which only a secret in clear can answer; it takes the same for all others, and for none. */
export function isDigest(
  secret: PasswordSecret | undefined,
  { challenge, digest }: { readonly challenge: string; readonly digest: string },
  crypto: Crypto,
): boolean {
  const password = secret?.kind === "clear" ? secret.password : "nobody's password";
  const isRight = crypto.equal(crypto.hmac("md5", password, challenge), digest);
  return isRight && secret?.kind === "clear";
}

/** For SCRAM: the host checks the proof. */
export function keysOf(secret: Exclude<PasswordSecret, { kind: "hash" }>): Keys {
  if (secret.kind === "clear") return { password: secret.password };
  const { salt, iterations, storedKey, serverKey } = secret;
  return { salt, iterations, storedKey, serverKey };
}
