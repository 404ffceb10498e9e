// The list `badhelo`: literal names, regular expressions, and `!expression` for what a name must match.

import type { Given } from "#sdk";
import { compilePattern, lineProblem, splitLine } from "../shared/pattern.ts";

/** One line of the list. */
export interface BadName {
  readonly reason: string | undefined;
  matches(name: string): boolean;
}

const expressionCharacter = /[{}[\]()^$|*+?\\!/]/;
// As an expression, `[192.0.2.1]` would be a set of characters and match nearly every name.
const addressLiteral = /^\[(?:[\d.]+|IPv6:[0-9a-f:.]+)\]$/i;

/** Reads the list file; every bad line becomes a problem of the configuration. */
export function readBadNames(given: Given): readonly BadName[] {
  const names: BadName[] = [];
  for (const [index, text] of (given.lists["badhelo"] ?? []).entries()) {
    const line = splitLine(text);
    const compiled = compile(line.pattern);
    const objection = lineProblem(line) ?? (typeof compiled === "string" ? compiled : undefined);
    if (objection !== undefined) given.problem(`lists.badhelo[${index}]`, objection);
    if (typeof compiled !== "string") names.push({ reason: line.reason, matches: compiled });
  }
  return names;
}

/** A test of a name, or what is wrong with the pattern. */
function compile(pattern: string): BadName["matches"] | string {
  if (!expressionCharacter.test(pattern) || addressLiteral.test(pattern)) {
    const literal = pattern.toLowerCase();
    return (name) => name.toLowerCase() === literal;
  }
  const negated = pattern.startsWith("!");
  const compiled = compilePattern(negated ? pattern.slice(1) : pattern);
  if (compiled.kind === "problem") return compiled.message;
  return (name) => compiled.expression.test(name) !== negated;
}
