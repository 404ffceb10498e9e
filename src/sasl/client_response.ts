// What a client sends in an AUTH exchange, from its line to octets. RFC 4954 §4.

import { decodeBase64 } from "./base64.ts";

/** Octets of a line with a response, without its CRLF: what RFC 4954 §4 calls sufficient for all mechanisms. */
export const maxResponseLine = 12_288;

export type ClientResponse =
  | { readonly kind: "octets"; readonly octets: Uint8Array }
  | { readonly kind: "cancelled" }
  | { readonly kind: "undecodable" }
  | { readonly kind: "tooLong" };

/** The line after a challenge: base64, nothing at all for no octets, or `*` to give up. */
export function decodeResponse(line: string): ClientResponse {
  return line === "*" ? { kind: "cancelled" } : decode(line);
}

/** The initial response, an argument of AUTH: `=` stands for no octets, and `*` for nothing special. */
export function decodeInitial(argument: string): ClientResponse {
  if (argument === "=") return { kind: "octets", octets: new Uint8Array(0) };
  return argument === "" ? { kind: "undecodable" } : decode(argument);
}

function decode(text: string): ClientResponse {
  if (text.length > maxResponseLine) return { kind: "tooLong" };
  const octets = decodeBase64(text);
  return octets === undefined ? { kind: "undecodable" } : { kind: "octets", octets };
}
