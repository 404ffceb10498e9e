// Percent-encoding, WHATWG URL Standard §1.3.

import { TextDecoder } from "../text_decoder.ts";
import { TextEncoder } from "../text_encoder.ts";

/** ASCII characters to encode besides controls and everything above `~`. */
export const encodeSets = {
  control: "",
  fragment: ' "<>`',
  query: ' "#<>',
  specialQuery: " \"#<>'",
  path: ' "#<>?^`{}',
  userinfo: ' "#<>?^`{}/:;=@[\\]|',
  form: " \"#<>?^`{}/:;=@[\\]|$%&+,!'()~",
};

export function percentEncode(text: string, set: string): string {
  let encoded = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    encoded += code > 0x1f && code < 0x7f && !set.includes(character) ? character : encodeOctets(character);
  }
  return encoded;
}

/** Decodes what is valid, leaves the rest as it is; the octets are then read as UTF-8. */
export function percentDecode(text: string): string {
  if (!text.includes("%")) return text.toWellFormed();
  const octets = new TextEncoder().encode(text);
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    const pair = String.fromCharCode(octets[at + 1] ?? 0, octets[at + 2] ?? 0);
    const encoded = octets[at] === 0x25 && /^[0-9A-Fa-f]{2}$/.test(pair);
    octets[length] = encoded ? parseInt(pair, 16) : octets[at] ?? 0;
    length += 1;
    if (encoded) at += 2;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets.subarray(0, length));
}

function encodeOctets(character: string): string {
  let encoded = "";
  for (const octet of new TextEncoder().encode(character)) {
    encoded += `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
