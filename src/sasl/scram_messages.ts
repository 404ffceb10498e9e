// The messages of SCRAM, read and written. RFC 5802 §7.

import { decodeBase64, encodeBase64 } from "./base64.ts";
import { type Gs2Header, parseGs2Header, parseSaslName } from "./gs2_header.ts";
import type { Salting } from "./scram_keys.ts";

export interface ClientFirst {
  readonly kind: "clientFirst";
  readonly header: Gs2Header;
  readonly user: string;
  readonly nonce: string;
  /** Without the header, as sent: the proof covers it. */
  readonly bare: string;
}

export interface ClientFinal {
  readonly kind: "clientFinal";
  readonly binding: Uint8Array;
  readonly nonce: string;
  readonly proof: Uint8Array;
  readonly withoutProof: string;
}

export type Unread = { readonly kind: "malformed" | "unsupportedExtension" };

/** §5.1: to be used up to its next comma; more than enough for any client. */
const nonce = "[\\x21-\\x2b\\x2d-\\x7e]{1,256}";
const extensions = "((?:,[A-Za-z]=[^,\\0]+)*)";
const firstGrammar = new RegExp(`^n=([^,]{1,765}),r=(${nonce})${extensions}$`, "u");
const finalGrammar = new RegExp(`^c=([A-Za-z0-9+/=]+),r=(${nonce})${extensions},p=([A-Za-z0-9+/=]+)$`, "u");

export function parseClientFirst(message: string): ClientFirst | Unread {
  const header = parseGs2Header(message);
  if (header === undefined) return { kind: "malformed" };
  const bare = header.rest;
  if (bare.startsWith("m=")) return { kind: "unsupportedExtension" };
  const [, name, nonce, others] = firstGrammar.exec(bare) ?? [];
  const user = name === undefined ? undefined : parseSaslName(name);
  if (user === undefined || nonce === undefined) return { kind: "malformed" };
  return insists(others) ? { kind: "unsupportedExtension" } : { kind: "clientFirst", header, user, nonce, bare };
}

export function parseClientFinal(message: string): ClientFinal | Unread {
  const [, binding64 = "", nonce = "", others, proof64 = ""] = finalGrammar.exec(message) ?? [];
  const binding = decodeBase64(binding64);
  const proof = decodeBase64(proof64);
  if (nonce === "" || binding === undefined || proof?.length !== 32) return { kind: "malformed" };
  if (insists(others)) return { kind: "unsupportedExtension" };
  const withoutProof = message.slice(0, -`,p=${proof64}`.length);
  return { kind: "clientFinal", binding, nonce, proof, withoutProof };
}

export function formatServerFirst(nonce: string, { salt, iterations }: Salting): string {
  return `r=${nonce},s=${encodeBase64(salt)},i=${iterations}`;
}

export function formatServerFinal(signature: Uint8Array): string {
  return `v=${encodeBase64(signature)}`;
}

/** §5.1: extensions may be ignored, but `m` wherever it stands is one that may not. */
function insists(extensions = ""): boolean {
  return extensions.includes(",m=");
}
