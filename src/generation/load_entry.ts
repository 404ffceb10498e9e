// From one entry of the configuration to its plugin: one that is in use already, or its file, found and loaded.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config, PluginEntry } from "../config/config.ts";
import { type List, readList } from "../config/lists.ts";
import type { Log } from "../log/log.ts";
import { programFile, shippedPlugins } from "../platform/program_files.ts";
import { type Host, loadPlugin, type PluginSource } from "../plugins/load.ts";
import type { Problem } from "../plugins/problem.ts";
import type { RemoteLists } from "../remote_lists/remote_lists.ts";
import { escapeControls } from "../text/quote.ts";
import type { GenerationPlugin } from "./generation.ts";
import { whyMissing } from "./missing_plugin.ts";
import { describeOctets, type PluginFile, type PluginFiles } from "./plugin_files.ts";
import { pluginKey } from "./plugin_key.ts";
import type { Hold, SharedParts } from "./shared_parts.ts";
import { readTrustedKeys } from "./trusted_keys.ts";

/** What the plugins of every generation are loaded with. */
export interface Means {
  readonly log: Log;
  readonly host: Host;
  /** Plugins in use. One with the same file and the same configuration is not loaded again. */
  readonly plugins: SharedParts<GenerationPlugin>;
  readonly files: PluginFiles;
  /** Lists from elsewhere; absent: there are none. */
  readonly remoteLists?: RemoteLists;
}

/** The loading of one generation. */
export interface Loading {
  readonly config: Config;
  readonly means: Means;
  /** Who must have signed plugins, if that is demanded. */
  readonly trusted: readonly string[] | undefined;
  /** Each list is read once, however many plugins are given it. */
  readonly lists: Map<string, List>;
}

/** `problems` are whole lines for the operator. */
export type LoadedOctets =
  | { readonly kind: "loaded"; readonly hold: Hold<GenerationPlugin> }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Or what is wrong with the keys that are to be trusted, in whole lines. */
export function loadingOf(config: Config, means: Means): Loading | { readonly problems: readonly string[] } {
  const trusted = readTrustedKeys(config.plugins);
  if (trusted.kind === "problems") return { problems: trusted.problems.map((problem) => `${config.file}: ${problem}`) };
  return { config, means, trusted: trusted.keys, lists: new Map() };
}

/** `number` counts from 1, as the configuration's messages do. */
export async function loadEntry(loading: Loading, entry: PluginEntry, number: number): Promise<LoadedOctets> {
  const { config, means } = loading;
  const file = fileOf(entry, config);
  if (file === undefined) return refused([`${placeOf(config, entry, number)}: ${whyMissing(config, entry, number)}`]);
  return await loadFrom(loading, entry, number, file, await means.files.look(file));
}

/**
 * Loads one plugin of the configuration from the octets of a file, as a generation would: all its problems, or a hold on
 * it. A generation that is loaded while it is held takes this very plugin, if they are in its file.
 */
export async function loadOctets(
  config: Config,
  means: Means,
  entry: PluginEntry,
  octets: Uint8Array,
): Promise<LoadedOctets> {
  const loading = loadingOf(config, means);
  if ("problems" in loading) return refused(loading.problems);
  return await loadFrom(loading, entry, config.plugin.indexOf(entry) + 1, octets, describeOctets(octets));
}

async function loadFrom(
  loading: Loading,
  entry: PluginEntry,
  number: number,
  file: string | Uint8Array,
  seen: PluginFile | undefined,
): Promise<LoadedOctets> {
  const { config, means, trusted } = loading;
  const key = seen && pluginKey(seen, entry, config, (name) => listOf(loading, name).lines, trusted);
  const hold = key && means.plugins.take(key);
  if (hold) return { kind: "loaded", hold };
  const loaded = await loadPlugin(sourceOf(loading, entry, file));
  if (loaded.kind === "refused") {
    return refused(loaded.problems.map((problem) => explain(loading, entry, number, problem)));
  }
  const { plugin } = loaded;
  // A file that was replaced this very moment is not what the key says.
  if (key && plugin.digest === seen.digest) return { kind: "loaded", hold: holdOf(means, key, plugin) };
  return { kind: "loaded", hold: { part: plugin, release: () => plugin.close() } };
}

/** Somebody else may have loaded the same meanwhile: a trial, or a generation. */
function holdOf({ plugins }: Means, key: string, plugin: GenerationPlugin): Hold<GenerationPlugin> {
  const hold = plugins.take(key);
  if (hold === undefined) return plugins.add(key, plugin);
  void plugin.close();
  return hold;
}

function sourceOf(loading: Loading, entry: PluginEntry, file: string | Uint8Array): PluginSource {
  const { config, trusted, means: { log, host } } = loading;
  const { name, label, settings, grant, limits, state, onError } = entry;
  return {
    name,
    label,
    file,
    settings,
    grant,
    limits,
    state,
    host,
    lists: (name) => listOf(loading, name).lines,
    serverName: config.hostname,
    log: (level, line, about) => log(level, "plugin says", { ...about, plugin: label, text: line }),
    ...(trusted === undefined ? {} : { trusted }),
    ...(onError === undefined ? {} : { onError }),
  };
}

/** The .wasm file of an entry; undefined if there is none. */
export function fileOf(entry: PluginEntry, config: Config): string | undefined {
  return entry.file ?? findFile(entry.name, config.plugins.directories);
}

/** The operator's folders come first: a plugin of the same name takes the place of ours. */
function findFile(name: string, directories: readonly string[]): string | undefined {
  const own = directories.map((directory) => join(directory, `${name}.wasm`)).find((path) => existsSync(path));
  return own ?? programFile(`${shippedPlugins}/${name}.wasm`);
}

/** What comes from elsewhere is added to what lies here. */
function listOf({ config, means, lists }: Loading, name: string): List {
  const known = lists.get(name);
  if (known !== undefined) return known;
  const here = readList(config.folder, name);
  const elsewhere = means.remoteLists?.listOf(config, name);
  const list = elsewhere === undefined ? here : joined(here, elsewhere);
  lists.set(name, list);
  return list;
}

function joined(one: List, other: List): List {
  return {
    lines: [...one.lines, ...other.lines],
    places: [...one.places, ...other.places],
    problems: [...one.problems, ...other.problems],
  };
}

function placeOf(config: Config, entry: PluginEntry, number: number): string {
  const version = entry.changed?.digest === undefined ? "" : ", the version that was deployed";
  return `${config.file}: plugin.${number} (${entry.label}${version})`;
}

/** A line of a list is named by its file and number there: that is where it is to be corrected. */
function explain(loading: Loading, entry: PluginEntry, number: number, { path, message }: Problem): string {
  const [, name = "", line = ""] = /^lists\.(\w+)\[(\d+)\]$/.exec(path) ?? [];
  const place = loading.lists.get(name)?.places[Number(line)];
  if (place !== undefined) return escapeControls(`${place}: ${message} (for plugin.${number}, ${entry.label})`);
  return escapeControls(`${placeOf(loading.config, entry, number)}: ${path}: ${message}`);
}

function refused(problems: readonly string[]): LoadedOctets {
  return { kind: "refused", problems };
}
