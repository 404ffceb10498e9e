// What delivery reads in the header section of a message on its way out.

import { findHeaderEnd, parseHeaderSection } from "../spool/header_section.ts";
import type { OutgoingMessage } from "./delivery.ts";

/** All fields, those that this server put on top too, with the blank line if there is one. */
export function headerSectionOf(message: OutgoingMessage): Uint8Array {
  // Its own header section is part of the rest only when nobody edited it.
  if (message.bodyFrom > 0) return message.head;
  const start = message.body.head(Infinity);
  return Buffer.concat([message.head, start.subarray(0, findHeaderEnd(start))]);
}

/** `TLS-Required: No`, RFC 8689 §3. Given twice it is not allowed, and says nothing. */
export function saysTlsNotRequired(message: OutgoingMessage): boolean {
  const fields = parseHeaderSection(headerSectionOf(message)).filter(({ name }) =>
    name.toLowerCase() === "tls-required"
  );
  return fields.length === 1 && fields[0]?.value.toLowerCase() === "no";
}
