// A list that is asked by DNS (RFC 5782), as a line of a list file names it.

import type { Given } from "#sdk";
import { type AnswerCodes, codesHold, readAnswerCodes } from "./answer_codes.ts";
import { quote } from "./pattern.ts";

export interface DnsList {
  /** In lower case, without a final dot. */
  readonly zone: string;
  /** The answers that count; without it, all that lists give by custom. */
  readonly codes?: AnswerCodes;
  readonly weight: number;
  /** What the operator wants the client to read. */
  readonly message?: string;
}

/** What one address in an answer means: a listing, nothing, or that the list did not like the question. */
export type Meaning = "listed" | "clear" | "error";

// Every list is asked twice in one request when it is tested, and a request has 50 queries.
const mostLists = 25;

/** `zone[=codes][*weight]`, and behind a colon or a blank the message. */
const listLine = /^([^\s:=*]+)(?:=([^\s:*]+))?(?:\*(-?\d{1,3}))?(?:(?::|\s)\s*(.*))?$/;
const zoneName = /^(?=.{1,189}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)+$/;

// RFC 5321 §4.2: reply text is printable ASCII; what takes the place of %IP% or %DOMAIN% must still fit.
const messageText = /^[ -~]{0,300}$/;

/** Reads the list file of that name; every bad line becomes a problem of the configuration. */
export function readDnsLists(given: Given, name: string): readonly DnsList[] {
  const lines = given.lists[name] ?? [];
  if (lines.length > mostLists) given.problem(`lists.${name}`, `has ${lines.length} zones, more than ${mostLists}`);
  return lines.flatMap((line, index) => {
    const read = readLine(line);
    if (typeof read !== "string") return [read];
    given.problem(`lists.${name}[${index}]`, read);
    return [];
  });
}

/** The list, or what is wrong with the line. */
function readLine(line: string): DnsList | string {
  const [, given = "", codes, weight = "1", message = ""] = listLine.exec(line.slice(0, 1000)) ?? [];
  const zone = given.toLowerCase().replace(/\.$/, "");
  if (!zoneName.test(zone)) return `${quote(line)} does not begin with a zone such as "dnsbl.example.org"`;
  const answers = codes === undefined ? undefined : readAnswerCodes(codes);
  if (codes !== undefined && answers === undefined) {
    return `${quote(codes)} are no answer codes: write "127.0.0.2" or "127.0.0.[2..11;14]"`;
  }
  if (!messageText.test(message)) {
    return `the message of ${quote(zone)} must be printable ASCII of at most 300 characters, as SMTP replies are`;
  }
  return {
    zone,
    weight: Number(weight),
    ...(answers === undefined ? {} : { codes: answers }),
    ...(message === "" ? {} : { message }),
  };
}

export function meaningOf({ codes }: DnsList, address: string): Meaning {
  if (codes !== undefined && codesHold(codes, address)) return "listed";
  if (isError(address)) return "error";
  // RFC 5782 §2.1: other addresses are no listing, but a wildcard of who bought the domain. 127.0.0.1 is a refusal to answer.
  return codes === undefined && address.startsWith("127.") && address !== "127.0.0.1" ? "listed" : "clear";
}

/** So do large lists answer when questions come through an open resolver, or when there are too many. */
export function isError(address: string): boolean {
  return address.startsWith("127.255.255.");
}
