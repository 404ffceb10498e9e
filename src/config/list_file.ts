// The syntax of qpsmtpd's list files: one value a line, whole-line comments, `$include`. Pure: reads no file.

/** One line that means something; `line` counts from 1. */
export type ListEntry =
  | { readonly kind: "value"; readonly line: number; readonly text: string }
  /** `path` as written, not yet resolved. */
  | { readonly kind: "include"; readonly line: number; readonly path: string }
  /** `$include` without a path. */
  | { readonly kind: "malformed"; readonly line: number };

/**
 * The entries of a file's text in order. Values are trimmed; a line that is blank or whose first character is `#` is
 * dropped. A `#` later in a line belongs to the value: patterns contain it.
 */
export function parseListFile(text: string): readonly ListEntry[] {
  const entries: ListEntry[] = [];
  for (const [index, whole] of text.split(/\r\n|\n|\r/).entries()) {
    const line = whole.trim();
    if (line !== "" && !line.startsWith("#")) entries.push(parseLine(line, index + 1));
  }
  return entries;
}

function parseLine(text: string, line: number): ListEntry {
  const include = /^\$include(?:\s+(.*))?$/.exec(text);
  if (include === null) return { kind: "value", line, text };
  const path = include[1];
  return path === undefined ? { kind: "malformed", line } : { kind: "include", line, path };
}
