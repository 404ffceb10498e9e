// Reads the list files beside the configuration (rcpthosts, badmailfrom, ...), following `$include`.

import { readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { displayPath } from "./display_path.ts";
import { parseListFile } from "./list_file.ts";
import { escapeControls, quote } from "../text/quote.ts";
import { readText } from "./read_text.ts";

/** Said of an `$include` that leads out of where it has to stay. */
export const liesOutside = "lies outside this configuration, so it is not read: copy it there and include the copy";

/** What one list may cost: an operator's slip, a file that includes a folder of folders, must not stop the server. */
export const listLimits = {
  octetsPerFile: 1_000_000,
  lines: 100_000,
  includeDepth: 10,
  files: 1000,
} as const;

/** `problems` are whole sentences with file and line; the values that could be read are there all the same. */
export interface List {
  readonly lines: readonly string[];
  /** Where each of the lines stands, as `config/rcpthosts:12`. */
  readonly places: readonly string[];
  readonly problems: readonly string[];
}

interface Reading {
  /** No include leads out of it. */
  readonly within: string | undefined;
  readonly lines: string[];
  readonly places: string[];
  readonly problems: string[];
  files: number;
  full: boolean;
}

/**
 * The list `name` of the folder `dir`. A file that is not there is an empty list. `$include` may lead anywhere, or stays
 * `within` a folder, symbolic links followed.
 */
export function readList(dir: string, name: string, within?: string): List {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(name)) {
    return { lines: [], places: [], problems: [`${quote(name)} is no name of a list file`] };
  }
  const reading: Reading = { within, lines: [], places: [], problems: [], files: 0, full: false };
  const path = join(dir, name);
  const place = displayPath(path);
  guarded(reading, place, () => {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) readInto(reading, path, place, []);
  });
  return { lines: reading.lines, places: reading.places, problems: reading.problems };
}

/** `open` are the files being read, outermost first, by their real paths: meeting one again is a circle. */
function readInto(reading: Reading, path: string, place: string, open: readonly string[]): void {
  if (reading.full) return;
  if (++reading.files > listLimits.files) return stop(reading, place, `more than ${listLimits.files} files`);
  const file = readText(path, listLimits.octetsPerFile);
  if (file.kind === "missing") return complain(reading, place, "no such file");
  if (file.kind === "unreadable") return complain(reading, place, `cannot be read: ${file.why}`);
  const here = [...open, realpathSync(path)];
  for (const entry of parseListFile(file.text)) {
    if (reading.full) return;
    const at = `${displayPath(path)}:${entry.line}`;
    if (entry.kind === "value") addLine(reading, at, entry.text);
    if (entry.kind === "malformed") complain(reading, at, "$include needs the path of a file or folder");
    if (entry.kind === "include") include(reading, resolve(dirname(path), entry.path), at, here);
  }
}

/** A folder that may not be entered is the operator's to know of, not a reason to fail. */
function guarded(reading: Reading, place: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    complain(reading, place, `cannot be read: ${String(error.code)}`);
  }
}

function addLine(reading: Reading, at: string, text: string): void {
  if (reading.lines.length >= listLimits.lines) return stop(reading, at, `more than ${listLimits.lines} lines`);
  reading.lines.push(text);
  reading.places.push(at);
}

function include(reading: Reading, path: string, at: string, open: readonly string[]): void {
  const place = `${at}: $include ${displayPath(path)}`;
  if (open.length > listLimits.includeDepth) return complain(reading, place, "includes are nested too deeply");
  guarded(reading, place, () => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return complain(reading, place, "no such file");
    if (!found.isDirectory()) return includeFile(reading, path, place, open);
    for (const member of regularFiles(path)) {
      includeFile(reading, member, `${at}: $include ${displayPath(member)}`, open);
    }
  });
}

function includeFile(reading: Reading, path: string, place: string, open: readonly string[]): void {
  if (reading.within !== undefined && !isWithin(reading.within, path)) complain(reading, place, liesOutside);
  else if (open.includes(realpathSync(path))) complain(reading, place, "includes itself, ignored");
  else readInto(reading, path, place, open);
}

/** Whether `path`, which is there, lies below the folder, links followed. */
export function isWithin(folder: string, path: string): boolean {
  return `${realpathSync(path)}${sep}`.startsWith(join(realpathSync(folder), sep));
}

/** Sorted by name; names with a leading dot are editors' and packages' leftovers. */
function regularFiles(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith(".")).sort();
  const paths = names.map((name) => join(folder, name));
  return paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

function complain(reading: Reading, place: string, what: string): void {
  if (reading.problems.length < 100) reading.problems.push(escapeControls(`${place}: ${what}`));
}

function stop(reading: Reading, place: string, what: string): void {
  reading.full = true;
  complain(reading, place, `${what}, the rest is ignored`);
}
