// The part of a challenge that never comes twice.

import { randomBytes } from "node:crypto";

/** 144 random bits in characters that every mechanism takes. RFC 5802 §5.1, `r`. */
export function randomNonce(): string {
  return randomBytes(18).toString("base64url");
}
