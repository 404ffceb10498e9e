// A table for people: columns as wide as they need, cut where there is no room. Pure.

import { escapeControls } from "../text/quote.ts";
import { cellWidth, cut, fill } from "./cells.ts";

export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly right?: true;
  /** It gives room to others down to so many cells; without it, none. */
  readonly least?: number;
}

const gap = 2;

/**
 * The head and a line a row, without blanks at their ends; control characters are escaped. With `room` no line is wider
 * than so many cells: first the columns with `least` are cut, the widest first, then whole lines.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: number = Infinity,
): readonly string[] {
  const shown = rows.map((row) => row.map(escapeControls));
  const needed = columns.map(({ title }, at) => {
    return Math.max(cellWidth(title), ...shown.map((row) => cellWidth(row[at] ?? "")));
  });
  const widths = fitted(columns, needed, room);
  return [columns.map(({ title }) => title), ...shown].map((row) => {
    const cells = columns.map(({ right }, at) => fill(row[at] ?? "", widths[at] ?? 0, right));
    return cut(cells.join(" ".repeat(gap)).trimEnd(), room);
  });
}

function fitted(columns: readonly Column[], needed: readonly number[], room: number): readonly number[] {
  const widths = [...needed];
  const excess = (): number => widths.reduce((sum, width) => sum + width + gap, -gap) - room;
  while (excess() > 0) {
    const spare = columns.map(({ least = Infinity }, at) => (widths[at] ?? 0) > least ? widths[at] ?? 0 : 0);
    const widest = Math.max(...spare);
    if (widest === 0) break;
    // Cut down to the next widest at once: a cell of thousands of characters costs no thousand rounds.
    const at = spare.indexOf(widest);
    const next = Math.max(columns[at]?.least ?? 0, ...spare.filter((_, other) => other !== at));
    widths[at] = widest - Math.max(1, Math.min(widest - next, excess()));
  }
  return widths;
}
