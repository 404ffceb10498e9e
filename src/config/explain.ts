// Says in one line each what is wrong with a configuration: the dotted path, what was expected, what was found.

import type * as v from "valibot";
import { didYouMean } from "../text/did_you_mean.ts";
import { escapeControls, quote } from "../text/quote.ts";

/** Shown at most: one slip in a generated file must not print a book. */
const mostProblems = 100;

/** Every issue of a failed parse, then every unknown key, as `path: what`. */
export function explain(schema: v.GenericSchema, value: unknown, issues: readonly v.BaseIssue<unknown>[]): string[] {
  const wrong = issues.filter((issue) => issue.expected !== "never").map(explainIssue);
  // valibot stops at the first unknown key of a table, so they are looked for here.
  const lines = [...wrong, ...unknownKeys(schema as Visible, value, [])];
  const rest = lines.length - mostProblems;
  return rest > 0 ? [...lines.slice(0, mostProblems), `and ${rest} more problems`] : lines;
}

function explainIssue(issue: v.BaseIssue<unknown>): string {
  const keys = (issue.path ?? []).map((item) => "key" in item ? item.key : "?");
  if (issue.input === undefined) return `${dotted(keys)}: missing, and it has no default`;
  const what = issue.message.startsWith("expected ") ? issue.message : "expected a table";
  return `${dotted(keys)}: ${what}, got ${quote(issue.input)}`;
}

/** `plugin.2.name`: list members count from 1, as people do. */
export function dotted(keys: readonly unknown[]): string {
  return keys.map((key) => typeof key === "number" ? String(key + 1) : dottedKey(String(key))).join(".");
}

function dottedKey(key: string): string {
  return /^[A-Za-z0-9_-]{1,64}$/.test(key) ? key : escapeControls(JSON.stringify(key.slice(0, 64)));
}

/**
 * What a valibot schema shows of itself: entries of a table, item of a list, value of a table with any keys, what an
 * optional one wraps, or tables of several kinds, of which the one is meant whose `key` is the literal.
 */
interface Visible {
  readonly entries?: { readonly [key: string]: Visible };
  readonly item?: Visible;
  readonly wrapped?: Visible;
  readonly value?: Visible;
  readonly options?: readonly Visible[];
  readonly key?: unknown;
  readonly literal?: unknown;
}

function unknownKeys(schema: Visible, value: unknown, at: readonly unknown[]): string[] {
  if (schema.wrapped !== undefined) return unknownKeys(schema.wrapped, value, at);
  const { item, entries } = schema;
  if (item !== undefined && Array.isArray(value)) {
    return value.flatMap((member, index) => unknownKeys(item, member, [...at, index]));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const each = schema.value;
  if (each !== undefined) {
    return Object.entries(value).flatMap(([key, inner]) => unknownKeys(each, inner, [...at, key]));
  }
  const kind = kindOf(schema, value);
  if (kind !== undefined) return unknownKeys(kind, value, at);
  if (entries === undefined) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const known = Object.hasOwn(entries, key) ? entries[key] : undefined;
    return known === undefined ? [explainUnknown(entries, key, at)] : unknownKeys(known, inner, [...at, key]);
  });
}

function kindOf({ options, key }: Visible, value: object): Visible | undefined {
  if (typeof key !== "string") return undefined;
  const said = (value as { readonly [key: string]: unknown })[key];
  return options?.find(({ entries }) => said !== undefined && entries?.[key]?.literal === said);
}

function explainUnknown(entries: object, key: string, at: readonly unknown[]): string {
  const allowed = Object.keys(entries);
  return `${dotted([...at, key])}: unknown key${didYouMean(key, allowed)} (allowed: ${allowed.join(", ")})`;
}
