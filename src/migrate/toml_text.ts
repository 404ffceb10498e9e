// Writes values and comments as TOML, in the manner of config/qpsmtpd.toml.

import type { Json } from "../../sdk/contract/contract.ts";
import { escapeControls } from "../text/quote.ts";

/** `KEY = VALUE`; an object is an inline table. */
export function formatPair(key: string, value: Json): string {
  return `${formatKey(key)} = ${formatValue(value)}`;
}

function formatKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : formatText(key);
}

/** What stands behind the `=`. */
export function formatValue(value: Json): string {
  if (typeof value === "string") return formatText(value);
  if (Array.isArray(value)) return `[${value.map(formatValue).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const pairs = Object.entries(value).map(([key, inner]) => formatPair(key, inner));
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

/** JSON's escapes are TOML's, but for DEL, which JSON leaves as it is. */
function formatText(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}

/** A comment takes no control characters, and what stood in the old file may be long. */
export function formatComment(text: string): string {
  const shown = escapeControls(text.length > 300 ? `${text.slice(0, 300)}…` : text);
  return `# ${shown}`.trimEnd();
}
