// What keeps a plugin from loading, as a place and a sentence; and how a schema's complaints become that.

import type { BaseIssue } from "valibot";
import { printable } from "./exchange.ts";

/** `path` is dotted and relative to the plugin: `manifest.hooks[0]`, `settings.max`, `exports.rcpt`, `file`. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** At most so many are told at once: the rest follows from them or can wait. */
export const mostProblems = 20;

/** A complaint of a schema; `root` stands before its path. Safe to print: what the file says is escaped and cut. */
export function problemOf(issue: BaseIssue<unknown>, root: string): Problem {
  const keys = (issue.path ?? []).map((item) => item.key);
  return { path: printable(dotted(root, keys)), message: printable(sentence(issue)) };
}

/** `edits[2].name` of `["edits", 2, "name"]`. */
export function dotted(root: string, keys: readonly unknown[]): string {
  let path = root;
  for (const key of keys) {
    if (typeof key === "number") path += `[${key}]`;
    else path += path === "" ? String(key) : `.${String(key)}`;
  }
  return path;
}

/** Of several shapes a value may have, valibot tells only that none fits; the rest it says well enough itself. */
function sentence(issue: BaseIssue<unknown>): string {
  if (issue.expected === "never") return "is not known here";
  if (issue.received === "undefined") return "is missing";
  return issue.message;
}
