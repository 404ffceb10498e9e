// A mailbox that a plugin wants in the envelope, as a schema: sane, not yet known to exist.

import * as v from "valibot";
import type { Mailbox } from "../../sdk/contract/event.ts";

// RFC 5321 §4.5.3.1.1 and §4.5.3.1.2, in octets.
const longestLocalPart = 64;
const longestDomain = 255;

/** Control characters and half surrogate pairs were refused before: no string of an answer has them. */
export const mailbox: v.GenericSchema<Mailbox> = v.pipe(
  v.strictObject({ localPart: v.string(), domain: v.string() }),
  v.check(({ localPart }) => localPart !== "" && octets(localPart) <= longestLocalPart, "has no sane local part"),
  v.check((mailbox) => isDomain(mailbox.domain) || isPostmaster(mailbox), "has no sane domain"),
);

/** A domain name (of RFC 6531 too) or an address literal in brackets. */
function isDomain(domain: string): boolean {
  if (octets(domain) > longestDomain) return false;
  if (domain.startsWith("[")) return /^\[[0-9A-Za-z.:-]{2,60}\]$/.test(domain);
  return domain.split(".").every((label) => /^(?!-)[\p{L}\p{M}\p{N}_-]{1,63}(?<!-)$/u.test(label));
}

// RFC 5321 §4.5.1
function isPostmaster({ localPart, domain }: Mailbox): boolean {
  return domain === "" && localPart.toLowerCase() === "postmaster";
}

function octets(text: string): number {
  return Buffer.byteLength(text);
}
