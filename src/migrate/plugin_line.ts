// Reads one line of qpsmtpd's `plugins` or `logging`: the plugin, which instance of it, and its arguments.

import type { OldLine } from "./old_folder.ts";

export interface PluginLine extends OldLine {
  /** As written: `auth/auth_flat_file:0`. */
  readonly written: string;
  /** In lower case without folder and without the names that older versions had for it: `auth_flat_file`. */
  readonly name: string;
  /** Where it lay: `queue`, `logging`, ...; empty at the top. */
  readonly folder: string;
  readonly instance?: string;
  readonly words: readonly string[];
}

/** An argument: `at` is its place among the words. Without a value it stood alone at the end. */
export interface Argument {
  readonly name: string;
  readonly value?: string;
}

/** What plugins were called in versions before 0.90. */
const oldNames: ReadonlyMap<string, string> = new Map([
  ["check_badmailfrom", "badmailfrom"],
  ["check_badmailfrom_patterns", "badmailfrom"],
  ["check_badmailfromto", "badmailfromto"],
  ["check_badrcptto", "badrcptto"],
  ["check_badrcptto_patterns", "badrcptto"],
  ["check_basicheaders", "headers"],
  ["check_bogus_bounce", "bogus_bounce"],
  ["check_earlytalker", "earlytalker"],
  ["check_loop", "loop"],
  ["check_norelay", "relay"],
  ["check_relay", "relay"],
  ["check_spamhelo", "helo"],
  ["denysoft_greylist", "greylisting"],
  ["relay_only", "relay"],
  ["require_resolvable_fromhost", "resolvable_fromhost"],
  ["whitelist_soft", "dns_whitelist_soft"],
]);

/** qpsmtpd's own folders: a plugin of the same name in another folder is somebody's own. */
const ownFolders = new Set(["", "async", "async/queue", "auth", "ident", "logging", "queue", "virus"]);

/** Words are what stands between blanks: there are no quotes in that file. */
export function parsePluginLine({ text, place }: OldLine): PluginLine {
  const [written = "", ...words] = text.split(/\s+/);
  const [path = "", instance] = written.includes("::") ? [written] : written.split(":");
  const slash = path.lastIndexOf("/");
  const folder = path.slice(0, Math.max(slash, 0));
  const base = path.slice(slash + 1);
  const name = ownFolders.has(folder) ? oldNames.get(base) ?? base : path;
  const only = base === "relay_only" ? ["only", "1"] : [];
  const line = { text, place, written, name, folder: folder.replace(/^async\//, ""), words: [...only, ...words] };
  return instance === undefined ? line : { ...line, instance };
}

/**
 * `key value` pairs, and `key=value`. `bare` names the value of a first word that is none of the `known` keys, as in
 * `count_unrecognized_commands 4`.
 */
export function readArguments(words: readonly string[], known: readonly string[], bare?: string): readonly Argument[] {
  const found: Argument[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const equals = /^([A-Za-z_-]+)=(.*)$/.exec(word);
    if (equals !== null) {
      found.push({ name: equals[1] ?? "", value: equals[2] ?? "" });
    } else if (at === 0 && bare !== undefined && !known.includes(word)) {
      found.push({ name: bare, value: word });
    } else {
      const value = words[++at];
      found.push(value === undefined ? { name: word } : { name: word, value });
    }
  }
  return found;
}
