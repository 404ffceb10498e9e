// What one generation does otherwise than the one before it, for the log and for whoever asked for the reload.

import { isDeepStrictEqual } from "node:util";
import type { Config, PluginEntry } from "../config/config.ts";
import type { Changes } from "./change_lists.ts";
import type { Generation } from "./generation.ts";

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
    rejudged: rejudgedOf(kept, before.config, after.config),
    tables: [
      ...changedTables(before.config, after.config),
      ...(isDeepStrictEqual(before.recipients, after.recipients) ? [] : ["policy.recipients"]),
    ],
  };
}

function rejudgedOf(kept: readonly string[], before: Config, after: Config): readonly string[] {
  const [old, now] = [entriesOf(before), entriesOf(after)];
  const ordered = kept.filter((label) => old.get(label)?.order === now.get(label)?.order);
  const moved = movedIn(sequenceOf(ordered, before), sequenceOf(ordered, after));
  return kept.filter((label) => {
    const samePolicy = isDeepStrictEqual(old.get(label)?.policy, now.get(label)?.policy);
    return !samePolicy || !ordered.includes(label) || moved.has(label);
  });
}

function entriesOf({ plugin }: Config): ReadonlyMap<string, PluginEntry> {
  return new Map(plugin.map((entry) => [entry.label, entry]));
}

/** In which they are asked. */
function sequenceOf(labels: readonly string[], { plugin }: Config): readonly string[] {
  const those = plugin.filter(({ label }) => labels.includes(label));
  return those.toSorted((one, other) => one.order - other.order).map(({ label }) => label);
}

/** As few as can have moved: those outside the longest run that stands in the same order in both. */
function movedIn(before: readonly string[], after: readonly string[]): ReadonlySet<string> {
  const runs: (readonly string[])[] = [];
  for (const [at, label] of after.entries()) {
    const place = before.indexOf(label);
    const earlier = runs.filter((_, index) => before.indexOf(after[index] ?? "") < place);
    const longest = earlier.reduce((best, run) => run.length > best.length ? run : best, []);
    runs[at] = [...longest, label];
  }
  const still = runs.reduce((best, run) => run.length > best.length ? run : best, []);
  return new Set(after.filter((label) => !still.includes(label)));
}

function changedTables(before: Config, after: Config): readonly string[] {
  const keys = Object.keys(after) as (keyof Config)[];
  return keys.filter((key) => key !== "plugin" && !isDeepStrictEqual(before[key], after[key]));
}
