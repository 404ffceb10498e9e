// The lines `from to [reason]` of the list `badmailfromto`.

import type { Given } from "#sdk";
import { lineProblem, maxPattern, quote, splitLine } from "../shared/pattern.ts";

/** By `pairKey`: what the client is told. */
export type Pairs = ReadonlyMap<string, string>;

const usualText = "mail to this recipient not accepted here";

/** Both in lower case. A blank cannot stand in an unquoted line, so no two pairs have the same key. */
export function pairKey(from: string, to: string): string {
  return `${from}\n${to}`;
}

/** Reads the list file; every bad line becomes a problem of the configuration. */
export function readPairs(given: Given): Pairs {
  const pairs = new Map<string, string>();
  for (const [index, line] of (given.lists["badmailfromto"] ?? []).entries()) {
    const from = splitLine(line);
    const to = splitLine(from.reason ?? "");
    const objection = sideProblem(from.pattern) ?? sideProblem(to.pattern) ?? lineProblem(to);
    if (objection !== undefined) given.problem(`lists.badmailfromto[${index}]`, objection);
    const key = pairKey(from.pattern.toLowerCase(), to.pattern.toLowerCase());
    if (!pairs.has(key)) pairs.set(key, to.reason ?? usualText);
  }
  return pairs;
}

function sideProblem(side: string): string | undefined {
  if (side === "") return 'has only one address: write "from@domain to@domain"';
  if (side.length > maxPattern) return `${quote(side)} is longer than ${maxPattern} characters`;
  // `postmaster` is the one mailbox without a domain (RFC 5321 §4.5.1).
  if (/@./.test(side) || side.toLowerCase() === "postmaster") return undefined;
  return `${quote(side)} would match nothing: write "user@domain" or "@domain"`;
}
