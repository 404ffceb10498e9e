// Makes a line of an entry: as text for people or as JSON for programs, never longer than a pipe takes as a whole.

import type { Entry, Fields } from "./log.ts";

/** Characters of one field that are kept: the first that makes the line short enough. */
const fieldLimits = [1000, 200, 40] as const;

/** Octets of a line with its end: a pipe takes so many as a whole, however many processes write to it. */
const longestLine = 4096;

/** Writes an entry; fields are cut to `most` characters. */
type Format = (entry: Entry, most: number) => string;

/** `TIME LEVEL MESSAGE name=value ...`, without a line end, printable ASCII alone. */
export function formatText(entry: Entry): string {
  return fitted((entry, most) => `${entry.time} ${entry.level} ${words(entry, most)}`, entry);
}

/** One JSON object: `time`, `level`, `message`, then the fields. */
export function formatJson(entry: Entry): string {
  return fitted(asJson, entry);
}

/** As the first, without time and level, for receivers that have them already. */
export function formatWords(entry: Entry): string {
  return fitted(words, entry);
}

/** Every field as text that is cut, none that is absent. */
export function boundedFields(fields: Fields, most: number): readonly (readonly [string, string])[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    return value === undefined ? [] : [[name, String(bound(value, most))] as const];
  });
}

/** The shortest cutting of fields with which `format` stays within a line. */
export function fitted(format: Format, entry: Entry): string {
  let line = "";
  for (const most of fieldLimits) {
    line = format(entry, most);
    if (line.length < longestLine / 3 || Buffer.byteLength(line) < longestLine) return line;
  }
  return line;
}

function asJson({ time, level, message, fields }: Entry, most: number): string {
  const bounded = Object.entries(fields).map(([name, value]) => [name, bound(value, most)]);
  return JSON.stringify({ time, level, message, ...Object.fromEntries(bounded) });
}

function words({ message, fields }: Entry, most: number): string {
  const facts = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quote(value, most)}`]
  );
  return [message, ...facts].join(" ");
}

function bound(value: Fields[string], most: number): Fields[string] {
  return typeof value === "string" && value.length > most ? `${value.slice(0, most)}…` : value;
}

/** Plain words stand as they are; anything else as JSON with every non-printable character escaped. */
function quote(value: string | number | boolean, most: number): string {
  const bounded = bound(value, most);
  if (typeof bounded !== "string") return String(bounded);
  return /^[\w.:@<>/+-]+$/.test(bounded) ? bounded : escapeBeyondAscii(JSON.stringify(bounded));
}

/** With every character that is not printable ASCII as `\uXXXX`: inside JSON that says the same. */
export function escapeBeyondAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
