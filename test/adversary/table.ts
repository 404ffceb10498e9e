// The attacks as a table for people. Pure.

import type { Measured } from "./measured.ts";

interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: true;
  readonly cell: (row: Measured) => string;
}

const columns: readonly Column[] = [
  { title: "attack", width: 36, cell: ({ name }) => name },
  { title: "in", width: 10, cell: ({ language }) => language },
  { title: "it tries to", width: 44, cell: ({ tries }) => tries },
  { title: "what came of it", width: 60, cell: outcome },
  { title: "ms", width: 7, right: true, cell: ({ alone }) => alone.toFixed(1) },
  { title: "guest", width: 6, right: true, cell: ({ guest }) => guest.toFixed(1) },
  { title: "lag p99", width: 7, right: true, cell: ({ lagP99 }) => lagP99.toFixed(1) },
  { title: "MB", width: 5, right: true, cell: ({ grown }) => grown.toFixed(1) },
];

export const heading: string = line(columns.map(({ title }) => title));

export const legend: readonly string[] = [
  "ms: from question to answer, or to the refusal to load it; guest: of these, what the plugin itself ran",
  "lag p99: how late the event loop was in 99 of 100 moments of it, in ms; MB: memory that did not come back",
];

/** One line, and one for everything that is not as it must be. */
export function rowOf(row: Measured): string {
  return [
    line(columns.map(({ cell }) => cell(row))),
    ...[...row.problems, ...row.doubtful].map((problem) => `    FAILED: ${problem}`),
  ].join(
    "\n",
  );
}

function outcome({ outcome }: Measured): string {
  const reply = /^(\d{3} )(?:\d\.\d+\.\d+ )?(.*)$/s.exec(outcome);
  return reply === null ? `not loaded: ${outcome.replace(/^file: /, "")}` : `${reply[1]}${reply[2]}`;
}

function line(cells: readonly string[]): string {
  return columns.map(({ width, right }, index) => {
    const cell = cells[index] ?? "";
    const cut = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell;
    return right === true ? cut.padStart(width) : cut.padEnd(width);
  }).join("  ").trimEnd();
}
