// A list of addresses as badmailfrom and badrcptto have it: full addresses, `@domain`, regular expressions.

import { formatMailbox } from "#sdk";
import type { Given, Mailbox } from "#sdk";
import { compilePattern, lineProblem, quote, splitLine } from "./pattern.ts";
import type { ListLine } from "./pattern.ts";

// Any of these makes a line a regular expression. `%` and `!` are here for old routes: `user%other.example@relay`.
const expressionCharacter = /[/^$*+!%?\\]/;

// Literals are looked up at once, expressions are tried one by one: a longer list would take milliseconds an address.
const maxExpressions = 1000;

/** One line that matched; `line` counts from 0. */
export interface AddressRule extends ListLine {
  readonly line: number;
}

export interface AddressList {
  /** By lower-case text. */
  readonly literals: ReadonlyMap<string, AddressRule>;
  readonly expressions: readonly { readonly rule: AddressRule; readonly expression: RegExp }[];
}

/** Reads the list file of that name; every bad line becomes a problem of the configuration. */
export function readAddressList(given: Given, name: string): AddressList {
  const literals = new Map<string, AddressRule>();
  const expressions: { rule: AddressRule; expression: RegExp }[] = [];
  for (const [line, text] of (given.lists[name] ?? []).entries()) {
    const rule = { ...splitLine(text), line };
    const objection = lineProblem(rule) ?? literalProblem(rule.pattern);
    if (objection !== undefined) {
      given.problem(`lists.${name}[${line}]`, objection);
      continue;
    }
    // An expression is a literal as well: `user+tag@example.com` should catch that very address.
    const key = rule.pattern.toLowerCase();
    if (!literals.has(key)) literals.set(key, rule);
    if (!expressionCharacter.test(rule.pattern)) continue;
    const compiled = compilePattern(rule.pattern);
    if (compiled.kind === "problem") given.problem(`lists.${name}[${line}]`, compiled.message);
    else expressions.push({ rule, expression: compiled.expression });
  }
  if (expressions.length > maxExpressions) {
    given.problem(`lists.${name}`, `has ${expressions.length} regular expressions, more than ${maxExpressions}`);
  }
  return { literals, expressions };
}

/** The first line of the file that names this mailbox; letters are compared without case. */
export function findRule(list: AddressList, mailbox: Mailbox): AddressRule | undefined {
  const address = formatMailbox(mailbox);
  const found = [
    list.literals.get(address),
    list.literals.get(`@${mailbox.domain.toLowerCase()}`),
    list.expressions.find(({ expression }) => expression.test(address))?.rule,
  ];
  return found.filter((rule) => rule !== undefined).toSorted((a, b) => a.line - b.line)[0];
}

function literalProblem(pattern: string): string | undefined {
  // `postmaster` is the one mailbox without a domain (RFC 5321 §4.5.1).
  if (expressionCharacter.test(pattern) || /@./.test(pattern) || pattern.toLowerCase() === "postmaster") {
    return undefined;
  }
  return `${quote(pattern)} would match nothing: write "user@domain", "@domain" or a regular expression`;
}
