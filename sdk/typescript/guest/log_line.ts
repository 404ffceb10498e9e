// Lines for the server's log.

import { native } from "./native.ts";

/** More than anyone reads; what a client sent must not fill the log. */
const longestLine = 1000;

const levels = { debug: 0, info: 1, warn: 2, error: 3 };

export function logLine(level: keyof typeof levels, text: string): void {
  // Lone surrogates have no UTF-8.
  native(levels[level] ?? levels.info, `${text}`.slice(0, longestLine).toWellFormed());
}

/** What `console.log` would print: strings as they are, everything else as JSON. */
export function formatValues(values: readonly unknown[]): string {
  return values.map(formatValue).join(" ");
}

function formatValue(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value);
  } catch {
    return String(value);
  }
}
