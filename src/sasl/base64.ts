// Base64 as RFC 4954 §4 wants it read: one way to write each octet string, everything else is malformed.

/** The last group may hold only bits that count: RFC 4648 §3.5. No two alternatives begin alike: linear time. */
const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

/** `undefined`: not base64, or not with its padding, or bits behind the last octet are set. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return canonical.test(text) ? new Uint8Array(Buffer.from(text, "base64")) : undefined;
}

export function encodeBase64(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("base64");
}
