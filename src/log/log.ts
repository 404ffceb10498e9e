// The server's log: one line an entry, every outside string bounded and escaped.

import { formatJson, formatText } from "./format_line.ts";

export const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** Facts of an entry; absent ones are left out. */
export type Fields = { readonly [name: string]: string | number | boolean | undefined };

/**
 * What an entry tells of the session in its field `session`: something was refused, a message was accepted, it is the
 * session's last, or its only one. Logs that hold entries back decide by it.
 */
export type Outcome = "refused" | "accepted" | "over" | "turned away";

export interface Log {
  /** Writes one entry. `message` is ours and constant; whatever came from outside belongs into the fields. */
  (level: Level, message: string, fields?: Fields, outcome?: Outcome): void;
  /** Whether anybody wants entries of this level: if not, who makes many may spare their fields. Absent: perhaps. */
  readonly wants?: (level: Level) => boolean;
}

/** The same log, with these facts in every entry. */
export function withFields(log: Log, always: Fields): Log {
  const more: Log = (level, message, fields, outcome) => log(level, message, { ...fields, ...always }, outcome);
  return log.wants === undefined ? more : Object.assign(more, { wants: log.wants });
}

export interface Entry {
  /** RFC 3339, in UTC. */
  readonly time: string;
  readonly level: Level;
  readonly message: string;
  readonly fields: Fields;
}

export interface LogOptions {
  readonly format: "text" | "json";
  /** Entries below it are dropped. */
  readonly level: Level;
  /** Takes one finished line without its line end. */
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

/** A log in one of two formats; costs nothing for entries below its level. */
export function openLog(options: LogOptions): Log {
  const least = levels.indexOf(options.level);
  const format = options.format === "json" ? formatJson : formatText;
  return (level, message, fields = {}) => {
    if (levels.indexOf(level) < least) return;
    options.write(format({ time: options.now().toISOString(), level, message, fields }));
  };
}
