// Writes the draft of a migrated configuration, tries it, and leaves out what keeps it from loading, until it loads.

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { displayPath } from "../config/display_path.ts";
import { refusedLine } from "../migrate/copy_list.ts";
import type { Remark } from "../migrate/effect.ts";
import { type Mend, mendOf } from "../migrate/mend.ts";
import type { Migration } from "../migrate/translate.ts";
import { type Frame, writeConfig } from "../migrate/write_config.ts";
import type { NewList } from "./copy_lists.ts";
import { prepare } from "./prepare.ts";

/** What the new folder is made of. */
export interface Draft extends Pick<Migration, "steps" | "entries" | "remarks"> {
  readonly lists: readonly NewList[];
  /** What is still wrong with it, in the words of `qpsmtpd check`. */
  readonly problems: readonly string[];
}

/** Each try leaves something out; a list of many broken lines takes one try. */
const mostTries = 30;

export function draftConfig(frame: Frame, { entries, steps }: Draft): string {
  return writeConfig(frame, entries, steps);
}

export async function mendDraft(folder: string, first: Draft, configOf: (draft: Draft) => string): Promise<Draft> {
  let draft = first;
  for (let tries = 0; tries < mostTries; tries++) {
    writeDraft(folder, draft, configOf(draft));
    const problems = await tryFolder(folder);
    if (problems.length === 0) return { ...draft, problems };
    const keys = draft.entries.map(({ key }) => key);
    const mends = inOrder(problems.flatMap((problem) => mendOf(problem, displayPath(folder), keys) ?? []));
    const before = draft;
    draft = mends.reduce(mended, draft);
    if (draft === before || tries === mostTries - 1) return { ...draft, problems };
  }
  return draft;
}

function writeDraft(folder: string, { lists }: Draft, config: string): void {
  for (const { name, lines, mode } of lists) {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join("\n")}\n`, { mode });
    // The process's mask may have taken what the old file gave.
    chmodSync(path, mode);
  }
  writeFileSync(join(folder, "qpsmtpd.toml"), config);
}

/** What `qpsmtpd check` says of it; warnings are not problems. */
async function tryFolder(folder: string): Promise<readonly string[]> {
  const problems: string[] = [];
  const output = { print: () => {}, complain: (line: string) => void problems.push(line) };
  const generation = await prepare({ path: join(folder, "qpsmtpd.toml"), overrides: {} }, output);
  await generation?.close();
  // Lines of the log begin with a time.
  return generation === undefined ? problems.filter((line) => !/^\d{4}-\d\d-\d\dT|^warning: /.test(line)) : [];
}

/** Once each, and tables from the last to the first, so that the numbers of those before it stay true. */
function inOrder(mends: readonly Mend[]): readonly Mend[] {
  const tables = mends.flatMap((mend) => mend.kind === "table" ? [mend] : []);
  const single = tables.filter(({ table }, at) => tables.findIndex((one) => one.table === table) === at);
  return [...mends.filter(({ kind }) => kind !== "table"), ...single.sort((a, b) => b.table - a.table)];
}

/** The same draft if nothing of it is meant. */
function mended(draft: Draft, mend: Mend): Draft {
  switch (mend.kind) {
    case "line":
      return withoutLine(draft, mend);
    case "table":
      return withoutTable(draft, mend);
    case "key": {
      const entry = draft.entries.find(({ key }) => key === mend.key);
      if (entry === undefined) return draft;
      const entries = draft.entries.filter((one) => one !== entry);
      return { ...draft, entries, remarks: [...draft.remarks, unreadable(entry.from, `${mend.key}: ${mend.why}`)] };
    }
  }
}

function withoutLine(draft: Draft, { file, line, why }: Mend & { readonly kind: "line" }): Draft {
  const list = draft.lists.find(({ name }) => name === file);
  const text = list?.lines[line - 1];
  if (list === undefined || text === undefined || text.startsWith("#")) return draft;
  const lines = list.lines.with(line - 1, refusedLine(text));
  const lists = draft.lists.map((one) => one === list ? { ...list, lines } : one);
  return { ...draft, lists, remarks: [...draft.remarks, unreadable(`${list.origin}:${line}`, why)] };
}

/** Tables are counted as they were when the complaint was made: each is left where it stands, as a comment. */
function withoutTable(draft: Draft, { table, why }: Mend & { readonly kind: "table" }): Draft {
  const step = draft.steps.filter((one) => one.table !== undefined)[table - 1];
  if (step === undefined) return draft;
  const steps = draft.steps.map((one) => one === step ? { from: one.from, comment: `not taken over: ${why}` } : one);
  return { ...draft, steps, remarks: [...draft.remarks, unreadable(step.from.replace(/: .*$/s, ""), why)] };
}

function unreadable(place: string, text: string): Remark {
  return { kind: "unreadable", place: place.replace(/\/?[^/:]*\.making-[^/]*\//g, ""), text };
}
