// What one generation does otherwise than the one before it, for the log and for whoever asked for the reload.

import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/config.ts";
import type { Generation } from "./load.ts";

/** Plugins by their labels; a plugin is kept if it is the very same, with its instances and counters. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly kept: readonly string[];
  /** Tables of the configuration besides the plugins, `limits` or `delivery`; `policy.recipients` are their files. */
  readonly tables: readonly string[];
}

/** Pure. */
export function changesBetween(before: Generation, after: Generation): Changes {
  const old = new Map(before.plugins.map((plugin) => [plugin.name, plugin]));
  const names = after.plugins.map(({ name }) => name);
  const kept = after.plugins.filter((plugin) => old.get(plugin.name) === plugin).map(({ name }) => name);
  return {
    added: names.filter((name) => !old.has(name)),
    changed: names.filter((name) => old.has(name) && !kept.includes(name)),
    removed: [...old.keys()].filter((name) => !names.includes(name)),
    kept,
    tables: [
      ...changedTables(before.config, after.config),
      ...(isDeepStrictEqual(before.recipients, after.recipients) ? [] : ["policy.recipients"]),
    ],
  };
}

function changedTables(before: Config, after: Config): readonly string[] {
  const keys = Object.keys(after) as (keyof Config)[];
  return keys.filter((key) => key !== "plugin" && !isDeepStrictEqual(before[key], after[key]));
}
