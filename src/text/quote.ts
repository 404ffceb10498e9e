// Shows a value that somebody else wrote, safe to print and short.

const longest = 60;

/** `"text"`, `25`, `true`, `a list`: control characters escaped, cut at 60 characters. */
export function quote(value: unknown): string {
  if (typeof value === "string") return quoteText(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value instanceof Date) return "a date";
  return value === undefined ? "nothing" : "a table";
}

function quoteText(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return `"${escapeControls(cut)}"`;
}

/** The text with everything that could move a terminal's cursor or end a line written as \u escapes. */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeOne);
}

function escapeOne(character: string): string {
  if (character === "\t") return "\\t";
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
