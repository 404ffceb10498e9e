// The two ways in which a request ends, and what their words are made of.

import type { Json } from "../../sdk/contract/contract.ts";
import type { Fulfilled } from "./capability.ts";

export type Refused = Extract<Fulfilled, { readonly kind: "refused" }>;

/** Messages may tell what a stranger's server said. */
const longestMessage = 300;

export function done(value: Json): Fulfilled {
  return { kind: "done", value };
}

export function refused(code: string, message: string): Refused {
  return { kind: "refused", code, message: message.slice(0, longestMessage) };
}

/** Octets as JSON can carry them. */
export function base64Of(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("base64");
}
