// Who vouches for a plugin: an Ed25519 signature (RFC 8032) in the last custom section, over all that is before it.

import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readCustomSection, wasmKind } from "./custom_section.ts";

/** `key` is the public key in base64, 32 octets. */
export type Signature =
  | { readonly kind: "signed"; readonly key: string }
  | { readonly kind: "unsigned" }
  /** The file says that it is signed, and is not: `why` is a sentence without subject. */
  | { readonly kind: "false"; readonly why: string };

export const signatureSection = "qpsmtpd.signature";

/** Before what is signed: a signature for another purpose must not count here. */
const purpose = new TextEncoder().encode("qpsmtpd plugin signature 1\0");

const version = 1;
const keyLength = 32;
const signatureLength = 64;
const contentLength = 1 + keyLength + signatureLength;

/** The section up to its content. It is so short that both its lengths are one octet. */
const head = Uint8Array.of(
  0,
  1 + signatureSection.length + contentLength,
  signatureSection.length,
  ...new TextEncoder().encode(signatureSection),
);

/** What stands before the 32 octets of a key in its DER form (RFC 8410 §4). */
const derHead = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** Whether the signature in the file is good, whoever made it. Runs nothing of the file. */
export function readSignature(wasm: Uint8Array): Signature {
  const section = readCustomSection(wasm, signatureSection);
  if (section.kind === "absent") return { kind: "unsigned" };
  if (section.kind === "malformed") {
    return { kind: "false", why: `is damaged at octet ${section.offset}: ${section.why}` };
  }
  const start = wasm.length - head.length - contentLength;
  const isLast = start >= 0 && section.bytes.length === contentLength &&
    section.bytes.byteOffset + contentLength === wasm.byteOffset + wasm.length &&
    head.every((octet, at) => wasm[start + at] === octet);
  if (!isLast) return { kind: "false", why: "has a signature that is not its last section: sign it again" };
  if (section.bytes[0] !== version) {
    return { kind: "false", why: "has a signature of a kind that this server does not know" };
  }
  const key = section.bytes.subarray(1, 1 + keyLength);
  return isGood(wasm.subarray(0, start), key, section.bytes.subarray(1 + keyLength))
    ? { kind: "signed", key: Buffer.from(key).toString("base64") }
    : { kind: "false", why: "has a signature that is wrong: it was changed after it was signed" };
}

/** Why a file may not be used where only these public keys are believed; undefined if it may. */
export function whyNotTrusted(wasm: Uint8Array, trusted: readonly string[]): string | undefined {
  const signature = readSignature(wasm);
  switch (signature.kind) {
    case "signed":
      return trusted.includes(signature.key)
        ? undefined
        : `is signed by ${signature.key}, whom plugins.trusted_keys does not name`;
    case "unsigned":
      return `is not signed, and plugins.signatures = "required": sign it by "qpsmtpd plugin sign FILE.wasm --key FILE"`;
    case "false":
      return signature.why;
  }
}

/** The module with this signature as its only one. `key` must be an Ed25519 private key, and `wasm` a module. */
export function signModule(wasm: Uint8Array, key: KeyObject): Uint8Array<ArrayBuffer> {
  const body = unsignedPart(wasm);
  const made = sign(null, joined(purpose, body), key);
  return joined(body, head, Uint8Array.of(version), Buffer.from(publicKeyOf(key), "base64"), made);
}

/** In base64, of a public or private key. */
export function publicKeyOf(key: KeyObject): string {
  const shown = key.type === "private" ? createPublicKey(key) : key;
  const der = shown.export({ type: "spki", format: "der" });
  return Buffer.from(der.subarray(derHead.length)).toString("base64");
}

/** Without the signature at its end, good or not. */
function unsignedPart(wasm: Uint8Array): Uint8Array {
  if (wasmKind(wasm) !== "module") throw new Error("only a WebAssembly module can be signed");
  const start = wasm.length - head.length - contentLength;
  const isThere = start >= 0 && readCustomSection(wasm, signatureSection).kind === "found" &&
    head.every((octet, at) => wasm[start + at] === octet);
  return isThere ? wasm.subarray(0, start) : wasm;
}

function isGood(body: Uint8Array, key: Uint8Array, signature: Uint8Array): boolean {
  try {
    const spki = createPublicKey({ key: Buffer.from(joined(derHead, key)), format: "der", type: "spki" });
    return verify(null, joined(purpose, body), spki, signature);
  } catch {
    // Not every 32 octets are a key.
    return false;
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
