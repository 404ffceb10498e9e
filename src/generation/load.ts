// From a configuration to the plugins it names, loaded and in their chains; or everything that keeps them from it.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../../sdk/contract/manifest.ts";
import type { Config, PluginEntry } from "../config/config.ts";
import { didYouMean } from "../text/did_you_mean.ts";
import { displayPath } from "../config/display_path.ts";
import { type List, readList } from "../config/lists.ts";
import { escapeControls } from "../text/quote.ts";
import { type Chains, chainsOf, type Registered } from "../hooks/chains.ts";
import type { Log } from "../log/log.ts";
import { plainPolicy, type Policy } from "../policy/policy.ts";
import { type Host, loadPlugin, type PluginSource } from "../plugins/load.ts";
import type { Counters } from "../plugins/counters.ts";
import type { PluginLimits } from "../plugins/plugin_limits.ts";
import type { Problem } from "../plugins/problem.ts";
import type { TlsMaterial } from "../tls/material.ts";
import { readTls } from "./open_tls.ts";
import type { PluginFiles } from "./plugin_files.ts";
import { pluginKey } from "./plugin_key.ts";
import type { Hold, SharedParts } from "./shared_parts.ts";

/** A plugin of a generation; `name` is its label in the configuration. */
export interface GenerationPlugin extends Registered {
  readonly manifest: Manifest;
  readonly limits: PluginLimits;
  /** SHA-256 of its file, in hex. */
  readonly digest: string;
  readonly counters: Counters;
  /** For whoever shares it: a generation lets go of it instead. */
  close(): Promise<void>;
}

/** One configuration with its plugins; never changes. A session keeps the generation it began with. */
export interface Generation {
  readonly config: Config;
  /** In the order of the configuration. What did not change is the very plugin of the generation before. */
  readonly plugins: readonly GenerationPlugin[];
  readonly chains: Chains;
  /** The configured certificates; absent if there are none, or nobody speaks TLS. */
  readonly tls?: TlsMaterial;
  /**
   * For when the last session has left: lets go of its plugins. Resolves when the calls under way of those that nobody
   * else holds have ended.
   */
  close(): Promise<void>;
}

/** `problems` and `warnings` are whole lines for the operator, each with its file. */
export type LoadedGeneration =
  | { readonly kind: "generation"; readonly generation: Generation; readonly warnings: readonly string[] }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** What the plugins of every generation are loaded with. */
export interface Means {
  readonly log: Log;
  readonly host: Host;
  /** Plugins in use. One with the same file and the same configuration is not loaded again. */
  readonly plugins: SharedParts<GenerationPlugin>;
  readonly files: PluginFiles;
}

/** The loading of one generation. */
interface Loading {
  readonly config: Config;
  readonly means: Means;
  /** Each list is read once, however many plugins are given it. */
  readonly lists: Map<string, List>;
}

type Step =
  | { readonly kind: "loaded"; readonly hold: Hold<GenerationPlugin> }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Loads every plugin, so that all problems are told at once; with any problem none stays loaded. */
export async function loadGeneration(config: Config, means: Means): Promise<LoadedGeneration> {
  const loading: Loading = { config, means, lists: new Map() };
  const holds: Hold<GenerationPlugin>[] = [];
  const problems: string[] = [];
  const tls = readTls(config);
  if (tls.kind === "problems") problems.push(...tls.problems.map((problem) => `${config.file}: ${problem}`));
  const policies: Policy[] = [];
  for (const [index, entry] of config.plugin.entries()) {
    if (entry.off) continue;
    policies.push(entry.policy);
    const step = await loadEntry(loading, entry, index + 1);
    if (step.kind === "loaded") holds.push(step.hold);
    else problems.push(...step.problems);
  }
  const close = async (): Promise<void> => {
    await Promise.all(holds.map((hold) => hold.release()));
  };
  if (problems.length > 0 || tls.kind === "problems") {
    await close();
    return { kind: "problems", problems };
  }
  const plugins = holds.map(({ part }) => part);
  const chains = chainsOf(plugins.map((plugin, index) => judgedBy(policies[index] ?? plainPolicy, plugin)));
  const warnings = [
    ...[...loading.lists.values()].flatMap((list) => list.problems),
    ...[...tls.warnings, ...lonelyListeners(config, chains)].map((warning) => `${config.file}: ${warning}`),
  ];
  const { material } = tls;
  const generation = { config, plugins, chains, close, ...(material === undefined ? {} : { tls: material }) };
  return { kind: "generation", generation, warnings };
}

/** The plugin as chains see it; it is shared between generations, its policy is not. */
function judgedBy(policy: Policy, plugin: GenerationPlugin): Registered {
  const { name, onError, hooks } = plugin;
  return { name, onError, hooks, policy, call: (hook, event, content) => plugin.call(hook, event, content) };
}

/** A listener for people who authenticate, and nobody who could say that they did. */
function lonelyListeners({ listen }: Config, { auth }: Chains): readonly string[] {
  const lonely = auth.length === 0 && listen.some(({ mode }) => mode === "submission");
  return lonely ? ["listener: no plugin is asked at the hook auth, so nobody can submit a message"] : [];
}

/** `number` counts from 1, as the configuration's messages do. */
async function loadEntry(loading: Loading, entry: PluginEntry, number: number): Promise<Step> {
  const { config, means } = loading;
  const file = entry.file ?? findFile(entry.name, config.plugins.directories);
  if (file === undefined) return refused([`${placeOf(config, entry, number)}: ${whyMissing(config, entry, number)}`]);
  const seen = await means.files.look(file);
  const key = seen && pluginKey(seen, entry, config, (name) => listOf(loading, name).lines);
  const hold = key && means.plugins.take(key);
  if (hold) return { kind: "loaded", hold };
  const loaded = await loadPlugin(sourceOf(loading, entry, file));
  if (loaded.kind === "refused") {
    return refused(loaded.problems.map((problem) => explain(loading, entry, number, problem)));
  }
  const { plugin } = loaded;
  // A file that was replaced this very moment is not what the key says.
  if (key && plugin.digest === seen.digest) return { kind: "loaded", hold: means.plugins.add(key, plugin) };
  return { kind: "loaded", hold: { part: plugin, release: () => plugin.close() } };
}

function sourceOf(loading: Loading, entry: PluginEntry, file: string): PluginSource {
  const { config, means: { log, host } } = loading;
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
    log: (level, line) => log(level, "plugin says", { plugin: label, text: line }),
    ...(onError === undefined ? {} : { onError }),
  };
}

function findFile(name: string, directories: readonly string[]): string | undefined {
  return directories.map((directory) => join(directory, `${name}.wasm`)).find((path) => existsSync(path));
}

function listOf(loading: Loading, name: string): List {
  const list = loading.lists.get(name) ?? readList(loading.config.folder, name);
  loading.lists.set(name, list);
  return list;
}

function placeOf(config: Config, entry: PluginEntry, number: number): string {
  return `${config.file}: plugin.${number} (${entry.label})`;
}

function whyMissing(config: Config, entry: PluginEntry, number: number): string {
  const { directories } = config.plugins;
  const there = directories.flatMap(pluginsIn);
  const hint = didYouMean(entry.name, there);
  const remedy = hint === "" ? `: run "npm run build", or correct plugin.${number}.name;` : hint;
  const known = there.length === 0 ? "there are none" : `there are: ${there.slice(0, 50).join(", ")}`;
  return `no file ${entry.name}.wasm in ${directories.map((path) => displayPath(path)).join(", ")}${remedy} ${known}`;
}

function pluginsIn(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => /^[a-z][a-z0-9_]{0,63}\.wasm$/.test(name));
  return names.map((name) => name.slice(0, -".wasm".length)).sort();
}

/** A line of a list is named by its file and number there: that is where it is to be corrected. */
function explain(loading: Loading, entry: PluginEntry, number: number, { path, message }: Problem): string {
  const [, name = "", line = ""] = /^lists\.(\w+)\[(\d+)\]$/.exec(path) ?? [];
  const place = loading.lists.get(name)?.places[Number(line)];
  if (place !== undefined) return escapeControls(`${place}: ${message} (for plugin.${number}, ${entry.label})`);
  return escapeControls(`${placeOf(loading.config, entry, number)}: ${path}: ${message}`);
}

function refused(problems: readonly string[]): Step {
  return { kind: "refused", problems };
}
