// The trace field that this server puts on top of every message. RFC 5321 §4.4.

import { isAddressLiteral } from "./address_literal.ts";
import { formatMailbox } from "./path.ts";
import type { Session } from "./session.ts";
import type { Transaction } from "./transaction.ts";

/** What a Received field is made of. `date` is in the form of RFC 5322 §3.3, see `formatDate`. */
export interface Trace {
  readonly session: Session;
  readonly transaction: Transaction;
  readonly hostname: string;
  readonly software: string;
  readonly date: string;
}

/** The Received field, folded, with CRLF behind every line. Nothing a client sent can end a line, or open a comment. */
export function receivedField(trace: Trace): string {
  const { session, transaction } = trace;
  const name = nameToken(session.hello?.name ?? "unknown");
  // A Unix socket has no address.
  const { address } = session.client;
  const client = address === "" ? "" : ` (${addressLiteral(address)})`;
  const server = `${nameToken(trace.hostname)} (${commentText(trace.software)})`;
  const protocol = protocolKeyword(session, transaction) + tlsComment(session);
  // RFC 5321 §7.2: more than one recipient would show blind copies to the others.
  const [only, ...others] = transaction.forwardPaths;
  const forClause = only === undefined || others.length > 0 ? "" : `\r\n\tfor <${formatMailbox(only)}>`;
  return `Received: from ${name}${client}\r\n` +
    `\tby ${server} with ${protocol} id ${nameToken(transaction.id)}${forClause};\r\n` +
    `\t${trace.date}\r\n`;
}

const days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]; // 1970-01-01 was a Thursday
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Thu, 01 Jan 1970 00:00:00 +0000` for 0. `offset` is the distance to UTC in minutes. */
export function formatDate(msSinceEpoch: number, offset = 0): string {
  const seconds = Math.floor(msSinceEpoch / 1000) + offset * 60;
  const day = Math.floor(seconds / 86400);
  const ofDay = seconds - day * 86400;
  const time = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60].map(twoDigits).join(":");
  const { year, month, dayOfMonth } = civil(day);
  const east = Math.abs(offset);
  const zone = `${offset < 0 ? "-" : "+"}${twoDigits(Math.floor(east / 60))}${twoDigits(east % 60)}`;
  const weekday = days[((day % 7) + 7) % 7];
  return `${weekday}, ${twoDigits(dayOfMonth)} ${months[month]} ${String(year).padStart(4, "0")} ${time} ${zone}`;
}

/** The Gregorian date of a day counted from 1970-01-01; the year is thought to begin in March, so leap days end it. */
function civil(day: number): { year: number; month: number; dayOfMonth: number } {
  const shifted = day + 719468; // days from 0000-03-01
  const era = Math.floor(shifted / 146097);
  const ofEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchBased = Math.floor((5 * ofYear + 2) / 153);
  const month = (marchBased + 2) % 12;
  const year = era * 400 + yearOfEra + (month <= 1 ? 1 : 0);
  return { year, month, dayOfMonth: ofYear - Math.floor((153 * marchBased + 2) / 5) + 1 };
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

// RFC 3848, RFC 6531 §4.3.
function protocolKeyword({ hello, tls, user }: Session, { parameters }: Transaction): string {
  if (hello?.verb === "HELO") return "SMTP";
  const utf8 = parameters["SMTPUTF8"] === true;
  const protocol = hello?.verb === "LHLO" ? (utf8 ? "UTF8LMTP" : "LMTP") : (utf8 ? "UTF8SMTP" : "ESMTP");
  return `${protocol}${tls === undefined ? "" : "S"}${user === undefined ? "" : "A"}`;
}

/** Whom and how strongly it was encrypted, as readers of headers are used to see it. */
function tlsComment({ tls }: Session): string {
  return tls === undefined ? "" : `\r\n\t(${commentText(`version ${tls.protocol} cipher ${tls.cipher}`)})`;
}

/** One atom, or an address literal: a client may call itself anything that is printable. */
function nameToken(name: string): string {
  if (isAddressLiteral(name) && /^[[\]A-Za-z0-9.:-]+$/.test(name)) return name;
  return name.replace(/[^A-Za-z0-9._-]/gu, "?").slice(0, 255) || "unknown";
}

function commentText(text: string): string {
  return text.replace(/[^ A-Za-z0-9._/+-]/gu, "?").slice(0, 255);
}

/** TCP-info of RFC 5321 §4.4: the address of the connection, in brackets. */
function addressLiteral(address: string): string {
  const plain = address.replace(/[^0-9A-Fa-f.:]/gu, "?").slice(0, 45);
  return plain.includes(":") ? `[IPv6:${plain}]` : `[${plain}]`;
}
