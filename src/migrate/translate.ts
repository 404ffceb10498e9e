// The whole old configuration as the content of the new one. Pure: text in, values out.

import type { Around, Copy, Effect, Entry, MadeList, Remark, Step } from "./effect.ts";
import { together } from "./effect.ts";
import { translateLogging } from "./logging_row.ts";
import type { OldFolder } from "./old_folder.ts";
import { parsePluginLine, type PluginLine } from "./plugin_line.ts";
import { rowOf } from "./plugin_row.ts";
import { pluginRows } from "./plugin_rows.ts";
import { naughtyType, translateMissing, translateServerPlugin } from "./server_plugin.ts";
import { translateSettings } from "./server_settings.ts";
import { translatePlugin } from "./translate_plugin.ts";

/** Each key stands once in `entries`, each name once in `copies` and `made`, each label once in `steps`. */
export interface Migration {
  readonly steps: readonly Step[];
  readonly entries: readonly Entry[];
  readonly copies: readonly Copy[];
  readonly made: readonly MadeList[];
  readonly remarks: readonly Remark[];
}

export function translate(around: Omit<Around, "naughty">): Migration {
  const { old } = around;
  const lines = old.lines("plugins").map(parsePluginLine).map((line) => withFile(line, old));
  const naughty = lines.find(({ name, folder }) => name === "naughty" && folder === "");
  const whole = naughty === undefined ? around : { ...around, naughty: { type: naughtyType(naughty) } };
  const plugins = lines.map((line, at) => translateLine(line, whole, isDelivered(lines.slice(0, at))));
  const all = together([...translateSettings(old), ...translateLogging(old), ...plugins]);
  const made = joined(all.made);
  return {
    steps: labelled(all.steps, lines),
    entries: lastOfEach(all.entries),
    copies: single(all.copies, new Set(made.map(({ name }) => name))),
    made,
    remarks: isDelivered(lines) ? all.remarks : [...all.remarks, nowhere],
  };
}

/** The last one counts, but for targets of the log, which add up. */
function lastOfEach(entries: readonly Entry[]): readonly Entry[] {
  const byKey = new Map<string, Entry>();
  for (const entry of entries) {
    const before = byKey.get(entry.key)?.value;
    const adds = entry.key === "log.target" && Array.isArray(before) && Array.isArray(entry.value);
    byKey.set(entry.key, adds ? { ...entry, value: [...before, ...entry.value] } : entry);
  }
  return [...byKey.values()];
}

const nowhere: Remark = {
  kind: "differs",
  place: "plugins",
  text: "there was no queue plugin, so that no mail was taken; here it lies in the Maildir STATE/maildir",
};

function translateLine(line: PluginLine, around: Around, delivered: boolean): Effect {
  const byServer = translateServerPlugin(line, around, delivered);
  if (byServer !== undefined) return byServer;
  const row = rowOf(pluginRows, line.name) ?? {};
  const plugin = line.written.includes("::") ? undefined : around.plugins.get(row.plugin ?? line.name);
  return plugin === undefined ? translateMissing(line, around) : translatePlugin(line, row, plugin, around);
}

function isDelivered(lines: readonly PluginLine[]): boolean {
  return lines.some(({ folder }) => folder === "queue");
}

/** Arguments of greylisting may stand in a file of their own; those of the line stand over them. */
function withFile(line: PluginLine, old: OldFolder): PluginLine {
  if (line.name !== "greylisting") return line;
  const words = old.lines("denysoft_greylist").flatMap(({ text }) => text.split(/[\s=]+/));
  return { ...line, words: [...words, ...line.words] };
}

/** A plugin that stands twice needs labels: `rcpt_map_0`, or its number. */
function labelled(steps: readonly Step[], lines: readonly PluginLine[]): readonly Step[] {
  const instances = new Map(lines.map(({ place, text, instance }) => [`${place}: ${text}`, instance]));
  const used = new Set<string>();
  return steps.map((step) => {
    const { table, from } = step;
    if (table === undefined) return step;
    const wanted = [instances.get(from)?.toLowerCase(), ...Array.from({ length: 1000 }, (_, index) => index + 2)];
    const names = wanted.map((end) => `${table.name}_${end}`).filter((name) => /^[a-z0-9_]{1,64}$/.test(name));
    const plain = instances.get(from) === undefined && !used.has(table.name);
    const label = plain ? table.name : names.find((name) => !name.endsWith("_undefined") && !used.has(name));
    used.add(label ?? table.name);
    return label === undefined || label === table.name ? step : { ...step, table: { ...table, label } };
  });
}

/** Two that add to one list make one of it. */
function joined(made: readonly MadeList[]): readonly MadeList[] {
  const byName = new Map<string, MadeList>();
  for (const list of made) {
    const before = byName.get(list.name);
    const lines = [...new Set([...before?.lines ?? [], ...list.lines])];
    const comment = before === undefined || before.comment === list.comment
      ? list.comment
      : `${before.comment}, ${list.comment}`;
    byName.set(list.name, { name: list.name, comment, lines });
  }
  return [...byName.values()];
}

function single(copies: readonly Copy[], made: ReadonlySet<string>): readonly Copy[] {
  const byName = new Map<string, Copy>();
  for (const copy of copies) {
    if (!made.has(copy.to) && (copy.append !== undefined || !byName.has(copy.to))) byName.set(copy.to, copy);
  }
  return [...byName.values()];
}
