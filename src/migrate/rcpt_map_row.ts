// rcpt_map: each instance there has a file of its own; here one list holds all, and each instance takes its domain.

import { basename } from "./base_name.ts";
import type { ArgumentEffect, PluginRow } from "./plugin_row.ts";

export const rcptMap: PluginRow = {
  arguments: {
    file: (value) => ({
      copies: [{ from: value, to: `rcpt_map_${basename(value)}`.slice(0, 64) }],
      made: [{ name: "rcpt_map", comment: value, lines: [`$include ${`rcpt_map_${basename(value)}`.slice(0, 64)}`] }],
    }),
    default: unlisted,
  },
};

const verdicts: ReadonlyMap<string, ArgumentEffect> = new Map([
  ["OK", { settings: { default: "accept" } }],
  ["DECLINED", { settings: { default: "pass" } }],
  ["DENY", { settings: { default: "reject" } }],
  ["DENYSOFT", { settings: { default: "defer" } }],
  ["DENY_DISCONNECT", { settings: { default: "reject" }, lost: "cannot close the connection for unlisted ones alone" }],
  ["DENYSOFT_DISCONNECT", { settings: { default: "defer" }, lost: "cannot close the connection" }],
]);

/** `CODE=Text_with_underscores`. */
function unlisted(value: string): ArgumentEffect {
  const [code = "", text = ""] = value.split(/=(.*)/s);
  const verdict = verdicts.get(code.toUpperCase());
  if (verdict === undefined) return { wrong: "must begin with OK, DENY, DENYSOFT or DECLINED" };
  if (text === "") return verdict;
  return { ...verdict, settings: { ...verdict.settings, default_text: text.replaceAll("_", " ") } };
}
