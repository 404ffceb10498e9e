// Reads a configuration folder of qpsmtpd's for `qpsmtpd migrate`: bounded, never outside it by an `$include`, and whatever is wrong with a file is said.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { displayPath } from "../config/display_path.ts";
import { readList } from "../config/lists.ts";
import { cdbKeys } from "../migrate/cdb_keys.ts";
import type { Remark } from "../migrate/effect.ts";
import type { OldFolder, OldLine } from "../migrate/old_folder.ts";

const mostKeys = 100_000;
const mostOctets = 50_000_000;

export interface OldFolderRead extends OldFolder {
  /** What could not be read so far. */
  problems(): readonly Remark[];
  /** Names of the files at its top. */
  names(): readonly string[];
}

export function readOldFolder(folder: string): OldFolderRead {
  const read = new Map<string, readonly OldLine[]>();
  const problems: Remark[] = [];
  const shown = `${displayPath(folder)}/`;
  const short = (place: string): string => place.startsWith(shown) ? place.slice(shown.length) : place;
  const lines = (name: string): readonly OldLine[] => {
    const known = read.get(name);
    if (known !== undefined) return known;
    const found = name.endsWith(".cdb") ? readDatabase(folder, name) : readList(folder, name, folder);
    problems.push(...found.problems.map((text) => ({ kind: "unreadable" as const, ...split(short(text), name) })));
    const listed = found.lines.map((text, at) => ({ text, place: short(found.places[at] ?? name) }));
    read.set(name, listed);
    return listed;
  };
  return {
    lines,
    has: (name) => existsSync(resolve(folder, name)),
    problems: () => problems,
    names: () =>
      readdirSync(folder, { withFileTypes: true }).filter((one) => !one.isDirectory()).map((one) => one.name),
  };
}

/** `plugins:3: $include x: no such file` has its place in front. */
function split(problem: string, name: string): { readonly place: string; readonly text: string } {
  const found = /^(.*?:\d+|[^:]*): (.*)$/s.exec(problem);
  return { place: found?.[1] ?? name, text: found?.[2] ?? problem };
}

function readDatabase(folder: string, name: string): ReturnType<typeof readList> {
  const none = { lines: [], places: [], problems: [] };
  try {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return none;
    const keys = found.isFile() && found.size <= mostOctets ? cdbKeys(readFileSync(path), mostKeys) : undefined;
    if (keys === undefined) return { ...none, problems: [`${name}: is no cdb, or larger than ${mostOctets} octets`] };
    return { lines: keys, places: keys.map(() => name), problems: [] };
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return { ...none, problems: [`${name}: cannot be read: ${String(error.code)}`] };
  }
}
