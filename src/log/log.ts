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

/** Characters of one field that are kept: the first that makes the line short enough. */
const fieldLimits = [1000, 200, 40] as const;

/** Octets of a line with its end: a pipe takes so many as a whole, however many processes write to it. */
const longestLine = 4096;

/** A log in one of two formats; costs nothing for entries below its level. */
export function openLog(options: LogOptions): Log {
  const least = levels.indexOf(options.level);
  const format = options.format === "json" ? formatJson : formatText;
  return (level, message, fields = {}) => {
    if (levels.indexOf(level) < least) return;
    options.write(fitted(format, { time: options.now().toISOString(), level, message, fields }));
  };
}

interface Entry {
  readonly time: string;
  readonly level: Level;
  readonly message: string;
  readonly fields: Fields;
}

/** Writes an entry; fields are cut to `most` characters. */
type Format = (entry: Entry, most: number) => string;

function fitted(format: Format, entry: Entry): string {
  let line = "";
  for (const most of fieldLimits) {
    line = format(entry, most);
    if (line.length < longestLine / 3 || Buffer.byteLength(line) < longestLine) return line;
  }
  return line;
}

function formatJson({ time, level, message, fields }: Entry, most: number): string {
  const bounded = Object.entries(fields).map(([name, value]) => [name, bound(value, most)]);
  return JSON.stringify({ time, level, message, ...Object.fromEntries(bounded) });
}

function formatText({ time, level, message, fields }: Entry, most: number): string {
  const facts = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quote(value, most)}`]
  );
  return [time, level, message, ...facts].join(" ");
}

function bound(value: Fields[string], most: number): Fields[string] {
  return typeof value === "string" && value.length > most ? `${value.slice(0, most)}…` : value;
}

/** Plain words stand as they are; anything else as JSON with every non-printable character escaped. */
function quote(value: string | number | boolean, most: number): string {
  const bounded = bound(value, most);
  if (typeof bounded !== "string") return String(bounded);
  if (/^[\w.:@<>/+-]+$/.test(bounded)) return bounded;
  return JSON.stringify(bounded).replace(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
