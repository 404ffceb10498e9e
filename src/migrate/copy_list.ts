// A list file on its way to the new folder: its comments kept, its `$include` lines made to fit. Pure.

import { parseListFile } from "../config/list_file.ts";
import { liesOutside } from "../config/lists.ts";

/** What an `$include` comes to, as whoever sees the files says. */
export type Included =
  /** Written so instead; in the new folder, or absolute. */
  | { readonly kind: "path"; readonly path: string }
  /** It leads out of the old folder. */
  | { readonly kind: "outside" }
  | { readonly kind: "missing" };

export interface CopiedList {
  /** As many as the old file has, in its order. */
  readonly lines: readonly string[];
  /** Numbers of lines that were made comments, with the reason. */
  readonly refused: readonly { readonly line: number; readonly why: string }[];
}

export function copyList(text: string, resolve: (path: string) => Included): CopiedList {
  const lines = text.replace(/\r?\n$/, "").split(/\r\n|\n|\r/);
  const refused: { line: number; why: string }[] = [];
  for (const entry of parseListFile(text)) {
    if (entry.kind === "value") continue;
    const at = entry.line - 1;
    const included = entry.kind === "include" ? resolve(entry.path) : undefined;
    if (entry.kind === "include" && included?.kind === "path") {
      lines[at] = `$include ${included.path}`;
      continue;
    }
    const what = included?.kind === "outside" ? liesOutside : "no such file";
    const why = entry.kind === "include" ? `$include ${entry.path}: ${what}` : "$include names no file";
    refused.push({ line: entry.line, why });
    lines[at] = refusedLine(lines[at] ?? "");
  }
  return { lines, refused };
}

/** A line that stays where it is and counts no more. */
export function refusedLine(line: string): string {
  return `# not taken over: ${line.trim()}`;
}
