// `qpsmtpd migrate DIR`: a new configuration folder from an old one of qpsmtpd's, with a report.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { displayPath } from "../config/display_path.ts";
import type { Entry } from "../migrate/effect.ts";
import { translate } from "../migrate/translate.ts";
import { writeReport } from "../migrate/write_report.ts";
import { settingFiles } from "../migrate/server_settings.ts";
import { newLists, shownList } from "./copy_lists.ts";
import { packaging, programFile, readProgramFile } from "../platform/program_files.ts";
import { installedPlugins, knownDifferences } from "./installed_plugins.ts";
import { type Draft, draftConfig, mendDraft } from "./mend_draft.ts";
import type { Output } from "./output.ts";
import { type OldFolderRead, readOldFolder } from "./read_old_folder.ts";

/** Exit code 0 if the new folder is there and loads, 1 if not. What is in `to` already stays as it is. */
export async function migrate(from: string, to: string, output: Output): Promise<number> {
  const wrong = whyNot(from, to);
  if (wrong !== undefined) {
    output.complain(`migrate: ${wrong}`);
    return 1;
  }
  try {
    return await writeFolder(resolve(from), resolve(to), output);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    output.complain(`migrate: ${error.message}`);
    return 1;
  }
}

function whyNot(from: string, to: string): string | undefined {
  const [old, target] = [displayPath(from), displayPath(to)];
  const found = statSync(from, { throwIfNoEntry: false });
  if (found === undefined) return `${old}: no such folder`;
  if (!found.isDirectory()) return `${old}: is no folder: name the one that holds the file plugins`;
  if (!existsSync(join(from, "plugins"))) {
    return `${old}/plugins: no such file: is ${old} the configuration of a qpsmtpd?`;
  }
  const there = statSync(to, { throwIfNoEntry: false });
  if (there === undefined) return undefined;
  if (there.isDirectory() && readdirSync(to).length === 0) return undefined;
  return `${target}: is there already, and nothing is overwritten: name another folder by --to`;
}

/** Made in a folder beside the target first: there is a whole new folder, or none. */
async function writeFolder(from: string, to: string, output: Output): Promise<number> {
  mkdirSync(dirname(to), { recursive: true });
  const making = mkdtempSync(`${to}.making-`);
  try {
    const old = readOldFolder(from);
    if (old.lines("plugins").length === 0) {
      const why = old.problems().map(({ text }) => text)[0] ?? "names no plugin";
      output.complain(`migrate: ${displayPath(join(from, "plugins"))}: ${why}`);
      return 1;
    }
    const { draft, report } = await make(from, to, making, old);
    writeFileSync(join(making, "REPORT.md"), report);
    // As open as the old one, so that whoever ran qpsmtpd can read it.
    chmodSync(making, statSync(from).mode & 0o777 | 0o700);
    renameSync(making, to);
    for (const line of report.trimEnd().split("\n")) output.print(line);
    for (const problem of draft.problems) output.complain(problem);
    return draft.problems.length === 0 ? 0 : 1;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** Certificates and keys stay where they are. */
function absolute(entry: Entry, from: string): Entry {
  const pairs = entry.value as readonly { readonly certificate: string; readonly key: string }[];
  const value = pairs.map(({ certificate, key }) => ({
    certificate: resolve(from, certificate),
    key: resolve(from, key),
  }));
  return { ...entry, value };
}

async function make(
  from: string,
  to: string,
  making: string,
  old: OldFolderRead,
): Promise<{ readonly draft: Draft; readonly report: string }> {
  const rows = knownDifferences();
  const instead = new Map(rows.flatMap(([name, text]): [string, string][] => {
    const bare = /^\((.*)\)$/.exec(name)?.[1];
    return bare === undefined ? [] : [[bare, text]];
  }));
  const migration = translate({ old, plugins: installedPlugins(), instead });
  const { lists, remarks } = newLists(from, migration.copies, migration.made);
  const frame = {
    source: displayPath(from),
    shipped: packaging() === "executable"
      ? `the file that "qpsmtpd init FOLDER" makes`
      : programFile("config/qpsmtpd.toml") ?? "config/qpsmtpd.toml",
  };
  const entries = migration.entries.map((entry) => entry.key === "tls.certificates" ? absolute(entry, from) : entry);
  const first = {
    ...migration,
    entries,
    remarks: [...migration.remarks, ...remarks, ...old.problems()],
    lists,
    problems: [],
  };
  const mended = await mendDraft(making, first, (each) => draftConfig(frame, each));
  const problems = mended.problems.map((problem) => problem.replaceAll(displayPath(making), displayPath(to)));
  const draft = { ...mended, problems };
  writeFileSync(join(making, "qpsmtpd.schema.json"), readProgramFile("config/qpsmtpd.schema.json"));
  const used = new Set(draft.steps.flatMap(({ table }) => table === undefined ? [] : [table.name]));
  const read = new Set([...settingFiles, ...draft.lists.map(({ origin }) => origin)]);
  const report = writeReport({
    source: displayPath(from),
    target: displayPath(to),
    remarks: draft.remarks,
    differences: rows.filter(([plugin]) => used.has(plugin)),
    files: draft.lists.map((list) => shownList(list, from)),
    leftover: old.names().filter((name) => !read.has(name) && !name.startsWith(".")).sort(),
    problems: draft.problems,
  });
  return { draft, report };
}
