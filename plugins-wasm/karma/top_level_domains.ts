// The list `karma_tlds`: what the last label of a sender's domain says for or against it.

import type { Given, Mailbox } from "#sdk";
import { quote } from "../shared/pattern.ts";

const listName = "karma_tlds";
const mostLines = 10_000;

/** Scores by label in lower case; every bad line becomes a problem of the configuration. */
export function readTopLevelDomains(given: Given): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  const lines = given.lists[listName] ?? [];
  if (lines.length > mostLines) given.problem(`lists.${listName}`, `has ${lines.length} lines, more than ${mostLines}`);
  for (const [index, line] of lines.slice(0, mostLines).entries()) {
    const [, label = "", points] = /^\.?([\p{L}\p{N}\p{M}-]{1,63})\s*:\s*([+-]?\d{1,3})$/u.exec(line) ?? [];
    const score = Number(points);
    if (Math.abs(score) <= 100) scores.set(label.toLowerCase(), score);
    else {given.problem(
        `lists.${listName}[${index}]`,
        `${quote(line)} is not like "example:-3", with -100 to 100 points`,
      );}
  }
  return scores;
}

export function scoreOf(scores: ReadonlyMap<string, number>, { domain }: Mailbox): number {
  return scores.get(domain.slice(domain.lastIndexOf(".") + 1).toLowerCase()) ?? 0;
}
