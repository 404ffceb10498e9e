// The fields of XOAUTH2 and OAUTHBEARER: `key=value`, each ended by %x01, and one %x01 more. RFC 7628 §3.1.

import { Secret } from "./secret.ts";

export type BearerFields = ReadonlyMap<string, string>;

/** `undefined`: malformed, or a key comes twice. */
export function parseBearerFields(text: string): BearerFields | undefined {
  if (!text.endsWith("\x01\x01")) return undefined;
  const fields = new Map<string, string>();
  for (const field of text.slice(0, -2).split("\x01")) {
    const [, key, value] = /^([A-Za-z]{1,32})=([\x20-\x7e\t\r\n]*)$/u.exec(field) ?? [];
    if (key === undefined || value === undefined || fields.has(key)) return undefined;
    fields.set(key, value);
  }
  return fields;
}

export type Bearer =
  | { readonly kind: "token"; readonly token: Secret }
  /** The client wants to be told where tokens are to be had. RFC 7628 §4.3. */
  | { readonly kind: "none" }
  | { readonly kind: "malformed" };

/** The token in a value of `auth`. RFC 6750 §2.1; the scheme in any case, RFC 9110 §11.1. */
export function parseBearer(auth: string | undefined): Bearer {
  if (auth === undefined || auth === "") return { kind: "none" };
  const [, token] = /^bearer +([A-Za-z0-9._~+/-]+=*)$/iu.exec(auth) ?? [];
  return token === undefined ? { kind: "malformed" } : { kind: "token", token: new Secret(token) };
}
