// greylisting: its switches may stand in a file of their own, and its exceptions in several.

import { readSwitch } from "./argument_value.ts";
import { basename } from "./base_name.ts";
import type { Around } from "./effect.ts";
import { type ArgumentEffect, gone, later, type PluginRow } from "./plugin_row.ts";

const oneStore = gone("is not needed: the server has one store for all plugins");
const mark = "is done by the plugin of that name: it can mark clients as allowed, and `immune` spares them";

export const greylisting: PluginRow = {
  refuses: { reject: "1", type: "temp", forced: true },
  immune: later,
  arguments: {
    per_recipient: (value) =>
      readSwitch(value) === true ? { lost: "does not exist: name the recipients by `for` in the plugin's table" } : {},
    db_dir: oneStore,
    nfslock: oneStore,
    redis: oneStore,
    upgrade: oneStore,
    p0f: gone(mark),
    geoip: gone(mark),
  },
  standing: exceptions,
};

/** The old file names files; the new list is made of them. */
function exceptions({ old }: Around): ArgumentEffect {
  const files = old.lines("greylist_exclude_files").map(({ text }) => text);
  if (files.length === 0) return {};
  const copies = files.map((from) => ({ from, to: basename(from) }));
  const lines = copies.map(({ to }) => `$include ${to}`);
  return { copies, made: [{ name: "greylist_exclude", comment: "greylist_exclude_files", lines }] };
}
