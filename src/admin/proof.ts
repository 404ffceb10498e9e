// How a server proves that it knows a token before anybody shows it that token; whoever listens in learns nothing that
// can be used. Pure but for randomness.

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Token } from "./token.ts";

/** The answer to a challenge. */
export interface Proof {
  /** Where the server was reached, by its own word: who passes a proof on to another place is found out by it. */
  readonly address: string;
  /** Of the server: no two answers are alike, so that they cannot be compared to find out which tokens there are. */
  readonly nonce: string;
  /** HMAC-SHA-256 in base64url. */
  readonly proof: string;
}

/** 16 to 64 octets in base64url. */
export const challengeForm: RegExp = /^[\w-]{22,86}$/;

export const fingerprintForm: RegExp = /^[\w-]{43}$/;

/** Of the client, for one proof. */
export function newChallenge(): string {
  return randomBytes(32).toString("base64url");
}

/** By this a client names its token without telling it; `hash` is that of the token. */
export function fingerprintOf(hash: Uint8Array): string {
  return createHmac("sha256", hash).update("qpsmtpd token fingerprint").digest("base64url");
}

/** A token that is not there is answered for as if it were, with a key that nobody knows. */
export function prove(tokens: readonly Token[], fingerprint: string, challenge: string, address: string): Proof {
  let key: Uint8Array = randomBytes(32);
  for (const token of tokens) if (knownFingerprint(token) === fingerprint) key = token.hash;
  const nonce = newChallenge();
  return { address, nonce, proof: macOf(key, challenge, nonce, address).toString("base64url") };
}

/** Does who said this know the token with this hash? It says nothing about where he is. */
export function isProven(hash: Uint8Array, challenge: string, { address, nonce, proof }: Proof): boolean {
  const given = Buffer.from(proof, "base64url");
  const right = macOf(hash, challenge, nonce, address);
  return challengeForm.test(nonce) && given.length === right.length && timingSafeEqual(given, right);
}

/** The nonces have no line ends, and the address is last: no two different proofs are over the same octets. */
function macOf(key: Uint8Array, challenge: string, nonce: string, address: string): Buffer {
  return createHmac("sha256", key).update(`qpsmtpd proof 1\n${challenge}\n${nonce}\n${address}`).digest();
}

/** There may be a thousand tokens, and anybody may ask. */
const fingerprints = new WeakMap<Token, string>();

function knownFingerprint(token: Token): string {
  const known = fingerprints.get(token) ?? fingerprintOf(token.hash);
  fingerprints.set(token, known);
  return known;
}
