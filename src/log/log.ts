// The server's log: one line an entry, every outside string bounded and escaped.

export const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** Facts of an entry; absent ones are left out. */
export type Fields = { readonly [name: string]: string | number | boolean | undefined };

/** Writes one entry. `message` is ours and constant; whatever came from outside belongs into the fields. */
export type Log = (level: Level, message: string, fields?: Fields) => void;

export interface LogOptions {
  readonly format: "text" | "json";
  /** Entries below it are dropped. */
  readonly level: Level;
  /** Takes one finished line without its line end. */
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

/** Characters of one field that are kept. */
const maxField = 1000;

/** A log in one of two formats; costs nothing for entries below its level. */
export function openLog(options: LogOptions): Log {
  const least = levels.indexOf(options.level);
  const format = options.format === "json" ? formatJson : formatText;
  return (level, message, fields = {}) => {
    if (levels.indexOf(level) < least) return;
    options.write(format(options.now(), level, message, fields));
  };
}

function formatJson(time: Date, level: Level, message: string, fields: Fields): string {
  const bounded = Object.entries(fields).map(([name, value]) => [name, bound(value)]);
  return JSON.stringify({ time: time.toISOString(), level, message, ...Object.fromEntries(bounded) });
}

function formatText(time: Date, level: Level, message: string, fields: Fields): string {
  const facts = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quote(value)}`]
  );
  return [time.toISOString(), level, message, ...facts].join(" ");
}

function bound(value: Fields[string]): Fields[string] {
  return typeof value === "string" && value.length > maxField ? `${value.slice(0, maxField)}…` : value;
}

/** Plain words stand as they are; anything else as JSON with every non-printable character escaped. */
function quote(value: string | number | boolean): string {
  const bounded = bound(value);
  if (typeof bounded !== "string") return String(bounded);
  if (/^[\w.:@<>/+-]+$/.test(bounded)) return bounded;
  return JSON.stringify(bounded).replace(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
