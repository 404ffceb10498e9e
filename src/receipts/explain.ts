// A chain of decisions as a table for people. Pure.

import { escapeControls } from "../text/quote.ts";
import type { DecisionRecord, FindingStep, Step } from "./record.ts";

/** The lines of one record: who it was, what was wanted, and every step with its reason. */
export function explainRecord(record: DecisionRecord): readonly string[] {
  const rows = [["after", "hook", "who", "what", "us", "fuel", "why"], ...record.steps.map(rowOf)];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const table = rows.map((row) => row.map((cell, column) => padded(cell, column, widths[column] ?? 0)).join("  "));
  return [...headOf(record), "", ...table, ...omission(record)].map((line) => escapeControls(line).trimEnd());
}

/** Why a code may be unknown, for people. */
export const whyUnknown: readonly string[] = [
  "Likely reasons:",
  "  it is too old: receipts.size and receipts.age say how far back the store goes",
  "  its session or transaction is not over yet: it is written when it ends",
  `  the store is off, or keeps refusals alone (receipts.keep), or could not be written (see the log)`,
  "  another server said it, or this is not its state folder (--state)",
];

function headOf({ id, began, client, hello, user, from, to, recipients }: DecisionRecord): readonly string[] {
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ["code", id],
    ["began", new Date(began).toISOString()],
    ["client", client === "" ? "a Unix socket" : client],
    ["hello", hello],
    ["user", user],
    ["from", from],
    ["to", to?.join(" ")],
    ["accepted", recipients === undefined ? undefined : `${recipients} recipients`],
  ];
  return facts.flatMap(([name, value]) => value === undefined || value === "" ? [] : [`${name.padEnd(10)}${value}`]);
}

/** after, hook, who, what, us, fuel, why */
function rowOf(step: Step): readonly string[] {
  const after = `${(step.at / 1000).toFixed(3)}s`;
  if ("found" in step) {
    return [after, hookOf(step), step.plugin, foundOf(step), num(step.micros), num(step.fuel), whyOf(step)];
  }
  if ("reply" in step) {
    const why = step.why === undefined ? "" : `because: ${step.why}`;
    return [after, "", step.by, `reply ${step.reply} ${step.text}`, "", "", why];
  }
  if ("fate" in step) {
    const what = `message ${step.fate}, ${step.size} octets, answered ${step.codes}`;
    return [after, "", "delivery", what, "", "", step.why ?? ""];
  }
  return [after, hookOf(step), step.by ?? "server", step.note, "", "", step.why ?? ""];
}

function hookOf({ hook, about }: { readonly hook?: string | undefined; readonly about?: string | undefined }): string {
  return about === undefined ? hook ?? "" : `${hook} ${about}`;
}

function foundOf({ found, as, score, marks }: FindingStep): string {
  const told = as === undefined ? found : `${found} (${as})`;
  const scored = score === undefined ? "" : `, score ${score > 0 ? "+" : ""}${score}`;
  return `${told}${scored}${marks === undefined ? "" : `, marks ${marks}`}`;
}

function whyOf({ why, failure, answered }: FindingStep): string {
  return failure === undefined ? why ?? "" : `${failure}: ${why}; told as its on_error says: ${answered}`;
}

function num(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

/** Numbers stand at the right of their column. */
function padded(cell: string, column: number, width: number): string {
  return column === 0 || column === 4 || column === 5 ? cell.padStart(width) : cell.padEnd(width);
}

function omission({ omitted }: DecisionRecord): readonly string[] {
  return omitted === undefined ? [] : ["", `${omitted} further steps were left out: there was no room for them`];
}
