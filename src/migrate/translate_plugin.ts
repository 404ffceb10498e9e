// One line of `plugins` whose plugin there is one of here: its table, and what became of each argument.

import type { JsonObject } from "../../sdk/contract/contract.ts";
import { argumentValue } from "./argument_value.ts";
import type { Around, Effect, OurPlugin, Remark, Table } from "./effect.ts";
import { type Argument, type PluginLine, readArguments } from "./plugin_line.ts";
import { type ArgumentEffect, argumentNames, asWritten, type PluginRow, rowOf } from "./plugin_row.ts";
import { policyOf } from "./policy_of.ts";

/** What an argument comes to, with its name for the remarks. */
interface Answered extends ArgumentEffect {
  readonly name: string;
}

export function translatePlugin(line: PluginLine, row: PluginRow, plugin: OurPlugin, around: Around): Effect {
  const given = readArguments(line.words, argumentNames(row, plugin.settings), row.bare);
  const answered = given.map((argument) => ({ name: argument.name, ...answer(argument, row, plugin, around) }));
  // What it does untold comes first: what was told stands over it.
  const all: readonly Answered[] = [{ name: "", ...row.standing?.(around, line) }, ...answered];
  const policy = row.refuses === undefined ? undefined : policyOf(row.refuses, {
    reject: last(all, "reject"),
    type: last(all, "type"),
  }, around.naughty);
  const { mode, as } = policy ?? {};
  const table: Table = {
    name: plugin.name,
    grant: plugin.needs.map((need) => granted(need, all)),
    ...(mode === undefined ? {} : { mode }),
    ...(as === undefined ? {} : { as }),
    immune: row.immune ?? [],
    settings: mergedSettings(all),
  };
  const from = asWritten(line);
  return {
    steps: [{ from, table }],
    entries: all.flatMap(({ entries }) => entries ?? []).map((entry) => ({ ...entry, from })),
    copies: [
      ...plugin.lists.map((name) => ({ from: name, to: name })),
      ...all.flatMap(({ copies }) => copies ?? []),
    ],
    made: all.flatMap(({ made }) => made ?? []),
    remarks: [
      {
        kind: "became",
        place: line.place,
        text: became(line, table, all.flatMap(({ entries }) => (entries ?? []).map(({ key }) => key))),
      },
      ...all.flatMap((one) => remarksOf(one, line)),
      ...(policy?.differs ?? []).map((text) => ({ kind: "differs" as const, place: line.place, text })),
      ...(policy?.wrong ?? []).map((text) => ({ kind: "unreadable" as const, place: line.place, text })),
    ],
  };
}

function answer({ name, value = "" }: Argument, row: PluginRow, plugin: OurPlugin, around: Around): ArgumentEffect {
  const special = rowOf(row.arguments ?? {}, name);
  if (special !== undefined) return special(value, around);
  if (name === "reject" && row.refuses !== undefined) return { reject: value };
  if (name === "reject_type" && row.refuses !== undefined) return { type: value };
  if (name === "loglevel") return { lost: "does not exist for single plugins: the level of the log is log.level" };
  const key = name.replaceAll("-", "_");
  const setting = rowOf(plugin.settings, key);
  if (setting === undefined) return { wrong: `is no argument of ${plugin.name} that is known here` };
  const read = argumentValue(setting, value);
  return read.kind === "wrong" ? { wrong: read.why } : { settings: { [key]: read.value } };
}

/** No more of a need than the old line speaks of. */
function granted(need: string, all: readonly Answered[]): string {
  const scope = all.map(({ scopes }) => rowOf(scopes ?? {}, need)).findLast((one) => one !== undefined);
  return scope === undefined ? need : `${need}:${scope}`;
}

function last(all: readonly Answered[], key: "reject" | "type"): string | undefined {
  return all.map((one) => one[key]).findLast((value) => value !== undefined);
}

/** A list that is given twice is one list, as with earlytalker's check-at. */
function mergedSettings(all: readonly Answered[]): JsonObject {
  const merged: { [name: string]: JsonObject[string] } = {};
  const told = new Set<string>();
  for (const { name, settings } of all) {
    for (const [key, value] of Object.entries(settings ?? {})) {
      const before = merged[key];
      const joins = told.has(key) && Array.isArray(before) && Array.isArray(value);
      merged[key] = joins ? [...new Set([...before, ...value])] : value;
      if (name !== "") told.add(key);
    }
  }
  return merged;
}

function remarksOf({ name, lost, wrong, differs }: Answered, { place }: PluginLine): readonly Remark[] {
  return [
    ...(lost === undefined ? [] : [{ kind: "lost" as const, place, text: `${name}: ${lost}` }]),
    ...(differs === undefined ? [] : [{ kind: "differs" as const, place, text: differs }]),
    ...(wrong === undefined ? [] : [{ kind: "unreadable" as const, place, text: `${name}: ${wrong}` }]),
  ];
}

function became({ text }: PluginLine, table: Table, keys: readonly string[]): string {
  const { name, mode, as, settings } = table;
  const parts = [
    ...(mode === undefined ? [] : [`mode = "${mode}"`]),
    ...(as === undefined ? [] : [`as = "${as}"`]),
    ...(Object.keys(settings).length === 0 ? [] : [`settings ${Object.keys(settings).join(", ")}`]),
    ...keys,
  ];
  return `${text} → plugin ${name}${parts.length === 0 ? "" : ` with ${parts.join(", ")}`}`;
}
