// What a SCRAM-SHA-256 client computes, as words of a transcript. RFC 5802 §3; shares nothing with the server.

import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

interface Said {
  readonly user: string;
  readonly password: string;
  readonly nonce: string;
  /** The server's first message. */
  readonly challenge: string;
}

/** The client's last message. */
export function scramProof(said: Said): string {
  const withoutProof = withoutProofOf(said);
  const clientKey = mac(saltedOf(said), "Client Key");
  const signature = mac(createHash("sha256").update(clientKey).digest(), signedOf(said));
  const proof = clientKey.map((octet, at) => octet ^ (signature[at] ?? 0));
  return `${withoutProof},p=${Buffer.from(proof).toString("base64")}`;
}

/** The server's last message: it knows the keys too. */
export function scramSignature(said: Said): string {
  return `v=${mac(mac(saltedOf(said), "Server Key"), signedOf(said)).toString("base64")}`;
}

function saltedOf({ password, challenge }: Said): Buffer {
  const { s: salt = "", i: iterations = "" } = partsOf(challenge);
  return pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
}

function signedOf(said: Said): string {
  return `n=${said.user},r=${said.nonce},${said.challenge},${withoutProofOf(said)}`;
}

/** `biws` is `n,,`: no channel binding. */
function withoutProofOf({ challenge }: Said): string {
  return `c=biws,r=${partsOf(challenge)["r"]}`;
}

function partsOf(challenge: string): { readonly [letter: string]: string } {
  return Object.fromEntries(challenge.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
}

function mac(key: Uint8Array, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
