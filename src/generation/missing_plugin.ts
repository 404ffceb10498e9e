// Says which plugins there are, to an operator whose plugin is not among them.

import { readdirSync, statSync } from "node:fs";
import type { Config, PluginEntry } from "../config/config.ts";
import { displayPath } from "../config/display_path.ts";
import { programFilesIn, shippedPlugins } from "../platform/program_files.ts";
import { didYouMean } from "../text/did_you_mean.ts";

/** `number` counts from 1, as the configuration's messages do. */
export function whyMissing(config: Config, entry: PluginEntry, number: number): string {
  const { directories } = config.plugins;
  const there = [...directories.flatMap(pluginsIn), ...namesOf(programFilesIn(shippedPlugins))];
  const hint = didYouMean(entry.name, there);
  const remedy = hint === "" ? `: build it, or correct plugin.${number}.name;` : hint;
  const known = there.length === 0
    ? `there are none: run "npm run build"`
    : `there are: ${there.slice(0, 50).join(", ")}`;
  const folders = directories.map((path) => displayPath(path)).join(", ");
  const places = folders === "" ? "" : `${folders} or `;
  return `no file ${entry.name}.wasm in ${places}the program's own plugins${remedy} ${known}`;
}

/** Each as `path: what`: a mistyped one would let another plugin of the same name be run without a word. */
export function foldersWithoutPlugins({ plugins: { directories } }: Config): readonly string[] {
  return directories.flatMap((directory, index) => {
    if (isFolder(directory)) return [];
    const place = `plugins.directories.${index + 1}: there is no folder ${displayPath(directory)}`;
    return [`${place}: paths are relative to the folder of the configuration file`];
  });
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function pluginsIn(directory: string): readonly string[] {
  if (!isFolder(directory)) return [];
  return namesOf(readdirSync(directory)).toSorted();
}

function namesOf(files: readonly string[]): readonly string[] {
  const plugins = files.filter((name) => /^[a-z][a-z0-9_]{0,63}\.wasm$/.test(name));
  return plugins.map((name) => name.slice(0, -".wasm".length));
}
