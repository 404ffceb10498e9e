// qpsmtpd's eight levels of the log, by number or name, as our four.

import type { ArgumentEffect } from "./plugin_row.ts";

const names = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];
const ours = ["error", "error", "error", "error", "warn", "info", "info", "debug"] as const;

export type Level = "debug" | "info" | "warn" | "error";

/** `7`, `LOGDEBUG` or `debug`; nothing for what is no level. */
export function readLevel(word: string): Level | undefined {
  const name = word.toLowerCase().replace(/^log/, "").replace(/^radar$/, "emerg");
  const number = /^[0-7]$/.test(word) ? Number(word) : names.indexOf(name);
  return ours[number];
}

/** Of the plugin connection_time, in its own setting. */
export function connectionLevel(value: string): ArgumentEffect {
  const level = readLevel(value);
  return level === undefined
    ? { wrong: "must be a level of the log: 0 to 7, or LOGINFO" }
    : { settings: { loglevel: level } };
}
