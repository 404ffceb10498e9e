// The list `rcpt_regexp`: regular expressions in slashes and whole addresses, each with a verdict.

import type { Answer, Given } from "#sdk";
import { compilePattern, quote } from "../shared/pattern.ts";
import { answerOf, readRecipientLines } from "../shared/recipient_lines.ts";
import type { Wording } from "../shared/recipient_lines.ts";

/** `line` counts from 0. */
interface Rule {
  readonly line: number;
  readonly answer: Answer;
}

export interface Rules {
  /** By address in lower case. */
  readonly literals: ReadonlyMap<string, Rule>;
  /** In the order of the file. */
  readonly expressions: readonly (Rule & { readonly expression: RegExp })[];
}

// Expressions are tried one by one: more would take milliseconds an address.
const maxExpressions = 1000;

const wording: Wording = {
  reject: "mail to this recipient not accepted here",
  rejectStatus: "5.7.1",
  defer: "mail to this recipient not accepted now, try again later",
  deferStatus: "4.7.1",
};

/** Reads the list file; every bad line becomes a problem of the configuration. */
export function readRules(given: Given): Rules {
  const literals = new Map<string, Rule>();
  const expressions: (Rule & { expression: RegExp })[] = [];
  for (const { pattern, fate, text, line } of readRecipientLines(given, "rcpt_regexp")) {
    const rule = { line, answer: answerOf(fate, text, wording) };
    const place = `lists.rcpt_regexp[${line}]`;
    if (/^\/.*\/i?$/.test(pattern)) {
      const compiled = compilePattern(pattern);
      if (compiled.kind === "problem") given.problem(place, compiled.message);
      else expressions.push({ ...rule, expression: compiled.expression });
    } else if (isAddress(pattern)) {
      const key = pattern.toLowerCase();
      if (!literals.has(key)) literals.set(key, rule);
    } else given.problem(place, `${quote(pattern)} would match nothing: write "user@domain" or "/expression/"`);
  }
  if (expressions.length > maxExpressions) {
    given.problem("lists.rcpt_regexp", `has ${expressions.length} regular expressions, more than ${maxExpressions}`);
  }
  return { literals, expressions };
}

/** What the first line of the file says that matches; undefined if none does. `address` is in lower case. */
export function findAnswer({ literals, expressions }: Rules, address: string): Answer | undefined {
  const literal = literals.get(address);
  const before = literal?.line ?? Infinity;
  const matching = expressions.find(({ line, expression }) => line < before && expression.test(address));
  return (matching ?? literal)?.answer;
}

function isAddress(pattern: string): boolean {
  // `postmaster` is the one mailbox without a domain (RFC 5321 §4.5.1).
  return /^[^/].*@./.test(pattern) || pattern.toLowerCase() === "postmaster";
}
