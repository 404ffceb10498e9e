// The lines of a fetched list, in the syntax of list files but for `$include`. Pure.

import { parseListFile } from "../config/list_file.ts";
import { type List, listLimits } from "../config/lists.ts";
import { escapeControls } from "../text/quote.ts";

const mostProblems = 100;

/** Half a list is none: with too many lines, why it is not taken. */
export function parseRemote(url: string, text: string): List | string {
  const lines: string[] = [];
  const places: string[] = [];
  const problems: string[] = [];
  for (const entry of parseListFile(text)) {
    const place = `${url}:${entry.line}`;
    if (entry.kind === "value") {
      lines.push(entry.text);
      places.push(place);
    } else if (problems.length < mostProblems) {
      // Whoever writes the list elsewhere must not read files here.
      problems.push(escapeControls(`${place}: $include counts in files of this machine alone, ignored`));
    }
  }
  if (lines.length > listLimits.lines) return `has more than ${listLimits.lines} lines`;
  return { lines, places, problems };
}
