// The report: what became of each old line, what is lost, what is different, and what is left to do.

import { escapeControls } from "../text/quote.ts";
import type { Remark } from "./effect.ts";

export interface Reported {
  readonly source: string;
  readonly target: string;
  readonly remarks: readonly Remark[];
  /** Plugins in use, in their order, and what they do otherwise than qpsmtpd's: [plugin, difference]. */
  readonly differences: readonly (readonly [string, string])[];
  /** Lists in the new folder. */
  readonly files: readonly string[];
  /** Names in the old folder that nothing here reads. */
  readonly leftover: readonly string[];
  /** What still keeps the new folder from loading; none is the rule. */
  readonly problems: readonly string[];
}

/** More lines of one kind help nobody. */
const most = 500;

export function writeReport(report: Reported): string {
  const { remarks } = report;
  const of = (kind: Remark["kind"]): readonly string[] =>
    remarks.filter((one) => one.kind === kind).map(({ place, text }) => `${place}: ${text}`);
  // Links lead nowhere from there.
  const differences = report.differences.map(([plugin, text]) =>
    `${plugin}: ${text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")}`
  );
  const blocks = [
    [`# From ${escapeControls(report.source)} to ${escapeControls(report.target)}`],
    [summary(report)],
    ...section("What became of it", of("became")),
    ...section("Not taken over", of("lost")),
    ...section("Could not be read, and is left out", of("unreadable")),
    ...section("Is done otherwise", of("differs")),
    ...section("What these plugins do otherwise than qpsmtpd's", differences),
    ...section("Lists", report.files),
    ...section("Files that nothing here reads", report.leftover),
    ...section("Still keeps the server from starting", report.problems),
    ["## Next steps", "", ...nextSteps(report).map((step, at) => `${at + 1}. ${step}`)],
  ];
  return blocks.map((lines) => lines.join("\n")).join("\n\n") + "\n";
}

function section(title: string, lines: readonly string[]): readonly (readonly string[])[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, most).map((line) => `* ${escapeControls(line.slice(0, 500))}`);
  const rest = lines.length > most ? [`* and ${lines.length - most} more`] : [];
  return [[`## ${title}`, "", ...shown, ...rest]];
}

function summary({ remarks, problems }: Reported): string {
  const count = (kind: Remark["kind"]): number => remarks.filter((one) => one.kind === kind).length;
  const counts = `${count("became")} taken over, ${count("lost")} without counterpart, ${
    count("unreadable")
  } not read.`;
  return `${counts} ${problems.length === 0 ? "The new folder loads." : "The new folder does not load yet."}`;
}

function nextSteps({ target, remarks }: Reported): readonly string[] {
  const config = escapeControls(`${target}/qpsmtpd.toml`);
  return [
    "Read what is not taken over, and what could not be read.",
    `Say in ${config} where the server listens (listen), and where it may write (state).`,
    `\`qpsmtpd check --config ${config}\` and \`qpsmtpd hooks --config ${config}\`.`,
    "Plugins that fail answer for themselves by on_error: most defer, while qpsmtpd went on without them.",
    'With mode = "monitor" in its table a plugin only writes to the log what it would refuse: for the first days.',
    ...remarks.filter(({ kind }) => kind === "next").map(({ text }) => escapeControls(text)),
  ];
}
