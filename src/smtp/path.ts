// Reverse-paths and forward-paths: what stands between < and > in MAIL and RCPT. RFC 5321 §4.1.2, RFC 6531 §3.3.

import type { Mailbox } from "../../sdk/contract/event.ts";
import { isAddressLiteral } from "./address_literal.ts";

/** `rest` is everything behind the `>`. `utf8` says that the path needs SMTPUTF8. `null` is the null reverse-path. */
export interface Path<M extends Mailbox | null = Mailbox | null> {
  readonly kind: "path";
  readonly mailbox: M;
  readonly rest: string;
  readonly utf8: boolean;
}

/** `reason` is a sentence for the client. */
export interface MalformedPath {
  readonly kind: "malformed";
  readonly reason: string;
}

// RFC 5321 §4.5.3.1.1-3, in octets.
const maxLocalPart = 64;
const maxDomain = 255;
const maxPath = 256;
const maxLabel = 63;

const atext = "A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~";
// RFC 6531 allows all of it; C1 controls and line separators are left out because they only serve to confuse a log.
const nonAscii = "\\u{a0}-\\u{2027}\\u{202a}-\\u{10ffff}";
const dotString = new RegExp(`[${atext}${nonAscii}]+(?:\\.[${atext}${nonAscii}]+)*`, "uy");
const quotedString = new RegExp(`"(?:[ !#-\\[\\]-~${nonAscii}]|\\\\[ -~])*"`, "uy");
// Up to the "@" that follows the source route; the domains of a route are checked like any other.
const sourceRoute = /@[^@,:>]+(?:,@[^@,:>]+)*:/y;
const asciiLabel = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const asciiDomain = new RegExp(`^${asciiLabel}(?:\\.${asciiLabel})*$`);
// The letters, marks and digits that IDNA allows, and its few contextual characters. RFC 5892.
const uLabel =
  /^(?!-)[A-Za-z0-9\p{L}\p{M}\p{N}\-\u00b7\u0375\u05f3\u05f4\u30fb\u200c\u200d]*[\p{L}\p{M}\p{N}\u05f3\u05f4\u30fb]$/u;
const dotAtom = new RegExp(`^(?:[${atext}${nonAscii}]+\\.)*[${atext}${nonAscii}]+$`, "u");

/** What follows `MAIL FROM:`. */
export function parseReversePath(text: string): Path | MalformedPath {
  if (text.startsWith("<>")) return { kind: "path", mailbox: null, rest: text.slice(2), utf8: false };
  return parsePath(text);
}

/** What follows `RCPT TO:`. */
export function parseForwardPath(text: string): Path<Mailbox> | MalformedPath {
  // RFC 5321 §4.1.1.3 and §4.5.1: the only mailbox without a domain, in any case.
  const postmaster = /^<(postmaster)>/i.exec(text)?.[1];
  if (postmaster !== undefined) {
    const mailbox = { localPart: postmaster, domain: "" };
    return { kind: "path", mailbox, rest: text.slice(postmaster.length + 2), utf8: false };
  }
  return parsePath(text);
}

/** A path with a mailbox in it. */
export function parsePath(text: string): Path<Mailbox> | MalformedPath {
  if (!text.startsWith("<")) return malformed("The address must stand in angle brackets");
  const start = afterSourceRoute(text);
  if (start === undefined) return malformed("The source route is malformed");
  const local = scanLocalPart(text, start);
  if (local === undefined) return malformed("The local part of the address is malformed");
  const at = start + local.length;
  if (text[at] !== "@") return malformed(text[at] === ">" ? "The address has no domain" : "The address is malformed");
  // A "]" ends a literal, which may hold any printable character in some tags, ">" included.
  const end = text[at + 1] === "[" ? text.indexOf("]", at) + 1 : text.indexOf(">", at);
  if (end <= 0 || text[end] !== ">") return malformed("The address lacks its closing angle bracket");
  const domain = text.slice(at + 1, end);
  if (!isDomain(domain) && !isAddressLiteral(domain)) return malformed("The domain of the address is malformed");
  if (octets(local) > maxLocalPart) return malformed(`The local part is longer than ${maxLocalPart} octets`);
  if (octets(text.slice(0, end + 1)) > maxPath) return malformed(`The path is longer than ${maxPath} octets`);
  const mailbox = { localPart: unquote(local), domain };
  return { kind: "path", mailbox, rest: text.slice(end + 1), utf8: !isAscii(text.slice(0, end)) };
}

/**
 * `local@domain`, the local part quoted when it must be: for trace fields and for MAIL and RCPT to the next server.
 * `parsePath` of it in angle brackets gives the same mailbox. Empty for the null reverse-path.
 */
export function formatMailbox(mailbox: Mailbox | null): string {
  if (mailbox === null) return "";
  const { localPart, domain } = mailbox;
  const local = dotAtom.test(localPart) ? localPart : `"${localPart.replace(/["\\]/g, "\\$&")}"`;
  return domain === "" ? local : `${local}@${domain}`;
}

/** Does the mailbox need SMTPUTF8? RFC 6531 §3.4. */
export function needsUtf8(mailbox: Mailbox | null): boolean {
  return mailbox !== null && !(isAscii(mailbox.localPart) && isAscii(mailbox.domain));
}

/** A domain name: labels of letters, digits and inner hyphens; no trailing dot. RFC 5321 §2.3.5, RFC 6531 §3.3. */
export function isDomain(text: string): boolean {
  if (octets(text) > maxDomain) return false;
  // A label in UTF-8 has no more characters than its encoded form, so this refuses nothing that DNS could hold.
  return asciiDomain.test(text) || text.split(".").every((part) => part.length <= maxLabel && uLabel.test(part));
}

function malformed(reason: string): MalformedPath {
  return { kind: "malformed", reason };
}

/** Where the mailbox begins. RFC 5321 appendix C: routes are accepted, ignored and never passed on. */
function afterSourceRoute(text: string): number | undefined {
  if (text[1] !== "@") return 1;
  sourceRoute.lastIndex = 1;
  const route = sourceRoute.exec(text)?.[0];
  if (route === undefined) return undefined;
  const domains = route.slice(1, -1).split(",@");
  return domains.every(isDomain) ? 1 + route.length : undefined;
}

function scanLocalPart(text: string, start: number): string | undefined {
  const scanner = text[start] === '"' ? quotedString : dotString;
  scanner.lastIndex = start;
  return scanner.exec(text)?.[0];
}

function unquote(local: string): string {
  return local.startsWith('"') ? local.slice(1, -1).replace(/\\(.)/g, "$1") : local;
}

function isAscii(text: string): boolean {
  // deno-lint-ignore no-control-regex -- the whole of ASCII is meant
  return /^[\x00-\x7f]*$/.test(text);
}

function octets(text: string): number {
  return isAscii(text) ? text.length : new TextEncoder().encode(text).length;
}
