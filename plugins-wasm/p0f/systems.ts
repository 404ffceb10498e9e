// Operating systems as the operator names them: as p0f does, or by a regular expression in slashes.

import type { Given } from "#sdk";
import { compilePattern, maxPattern, quote } from "../shared/pattern.ts";
import type { Fingerprint } from "./protocol.ts";

export type Matches = (fingerprint: Fingerprint) => boolean;

/** Each is tried with every client. */
const mostPatterns = 200;
const mostPoints = 100;

/** `Windows XP`, `Windows` (of any flavour), `/windows (xp|2000)/`; anything wrong becomes a problem at that path. */
export function readSystem(given: Given, path: string, pattern: string): Matches {
  if (pattern.length > maxPattern) given.problem(path, `${quote(pattern)} is longer than ${maxPattern} characters`);
  else if (/^\/.*\/i?$/.test(pattern)) return readExpression(given, path, pattern);
  const name = pattern.toLowerCase();
  return ({ genre, os_name: system }) => genre?.toLowerCase() === name || system?.toLowerCase() === name;
}

export function readExpression(given: Given, path: string, pattern: string): Matches {
  const compiled = compilePattern(pattern);
  if (compiled.kind === "expression") return ({ genre = "" }) => genre !== "" && compiled.expression.test(genre);
  given.problem(path, compiled.message);
  return () => false;
}

/** The list file. */
export function readBlocked(given: Given): readonly Matches[] {
  const name = "p0f_blocked_operating_systems";
  const lines = given.lists[name] ?? [];
  if (lines.length > mostPatterns) {
    given.problem(`lists.${name}`, `has ${lines.length} lines, more than ${mostPatterns}`);
  }
  return lines.slice(0, mostPatterns).map((line, index) => readSystem(given, `lists.${name}[${index}]`, line));
}

/** The setting `score`. */
export function readPoints(given: Given): readonly (readonly [matches: Matches, points: number])[] {
  const entries = given.settings["score"] as readonly string[];
  if (entries.length > mostPatterns) {
    given.problem("settings.score", `has ${entries.length} entries, more than ${mostPatterns}`);
  }
  return entries.slice(0, mostPatterns).map((entry, index) => {
    const path = `settings.score[${index}]`;
    const [, pattern = "", digits = ""] = /^(.*\S)\s*=\s*([+-]?\d{1,3})$/.exec(entry.slice(0, 2 * maxPattern)) ?? [];
    const points = Number(digits);
    if (pattern === "" || Math.abs(points) > mostPoints) {
      given.problem(path, `${quote(entry)} is not like "Windows XP=-1", with at most ${mostPoints} points`);
      return [(): boolean => false, 0];
    }
    return [readSystem(given, path, pattern), points];
  });
}
