// earlytalker: how long clients must wait is the server's setting here, for the greeting and for DATA.

import { readSwitch } from "./argument_value.ts";
import { formatSeconds } from "./units_text.ts";
import type { Around } from "./effect.ts";
import { type PluginLine, readArguments } from "./plugin_line.ts";
import { type ArgumentEffect, atConnect, type PluginRow } from "./plugin_row.ts";

export const earlytalker: PluginRow = {
  refuses: { reject: "1", type: "perm" },
  immune: atConnect,
  arguments: {
    wait: (value) => /^\d{1,3}$/.test(value) ? {} : { wrong: "must be a whole number of seconds, 1 is taken" },
    "check-at": (value) => {
      const hook = value.toLowerCase();
      return hooks.has(hook) ? { settings: { check_at: [hook] } } : { wrong: "must be CONNECT or DATA" };
    },
    "defer-reject": (value) => readSwitch(value) === true ? { reject: "late" } : {},
    action: (value) => actions.get(value) ?? { wrong: "must be deny, denysoft or log" },
  },
  standing: waits,
};

const hooks: ReadonlyMap<string, string> = new Map([
  ["connect", "timeouts.greeting_delay"],
  ["data", "timeouts.data_delay"],
]);

const actions: ReadonlyMap<string, ArgumentEffect> = new Map([
  ["deny", {}],
  ["denysoft", { type: "temp" }],
  ["log", { reject: "0" }],
]);

/** One second there, if nothing is said. */
function waits(_: Around, { words }: PluginLine): ArgumentEffect {
  const given = readArguments(words, []);
  const wait = given.findLast(({ name, value }) => name === "wait" && /^\d{1,3}$/.test(value ?? ""))?.value ?? "1";
  const asked = given.filter(({ name }) => name === "check-at").map(({ value = "" }) => value.toLowerCase());
  const places = asked.length === 0 ? ["connect"] : asked;
  return {
    entries: places.flatMap((place) => hooks.get(place) ?? []).map((key) => ({
      key,
      value: formatSeconds(Number(wait)),
    })),
  };
}
