// Turns a .wasm file into a plugin that can be asked, or into a list of what keeps it from being one.

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { HookName, JsonObject } from "../../sdk/contract/contract.ts";
import { type Manifest, manifestSection, type OnError } from "../../sdk/contract/manifest.ts";
import { didYouMean } from "../text/did_you_mean.ts";
import { quote } from "../text/quote.ts";
import { Breaker } from "./breaker.ts";
import { type Blueprint, encodeConfiguration, type Instance, startInstance } from "./configured_instance.ts";
import { readCustomSection, wasmKind } from "./custom_section.ts";
import { type PluginLog, printable } from "./exchange.ts";
import { type EffectiveGrants, effectiveGrants, explainLacking, type Grant, parseGrant } from "./grants.ts";
import { wasiModule } from "./guard/reserved_names.ts";
import { type Created, InstancePool, type PoolOptions } from "./instance_pool.ts";
import { importable, isImportable } from "./kernel_functions.ts";
import { limits } from "./limits.ts";
import { parseManifest } from "./manifest.ts";
import { type GuardedModule, ModuleCache } from "./module_cache.ts";
import { Plugin } from "./plugin.ts";
import type { PluginLimits, PluginState } from "./plugin_limits.ts";
import { prepareCapabilities } from "./prepare_capabilities.ts";
import { mostProblems, type Problem } from "./problem.ts";
import { rehearse } from "./rehearsal.ts";
import type { Allowance, Capabilities, ReadContent } from "./requests.ts";
import { whyNotTrusted } from "./signature.ts";
import { checkSettings } from "./settings.ts";
import type { Turns } from "./turns.ts";
import { type CompiledModule, webAssembly } from "./web_assembly.ts";

/** What all plugins of a process share. */
export interface Host {
  readonly capabilities: Capabilities;
  readonly readContent: ReadContent;
  readonly turns: Turns;
}

export interface PluginSource {
  /** As in the configuration; the manifest must say the same. */
  readonly name: string;
  /** What logs and stored entries call it; the name if absent. */
  readonly label?: string;
  /** The .wasm: its path or its bytes. */
  readonly file: string | Uint8Array;
  readonly settings: { readonly [name: string]: unknown };
  /** The lines of a list file; none if there is no such file. */
  readonly lists: (name: string) => readonly string[];
  readonly serverName: string;
  /** Takes the plugin's log lines; its name is not in them. */
  readonly log: PluginLog;
  /** What the operator lets it do; all that the manifest needs must be covered. */
  readonly grant: readonly string[];
  readonly limits: PluginLimits;
  readonly state: PluginState;
  readonly host: Host;
  /** Public keys in base64: one of them must have signed the file. Absent: no signature is needed. */
  readonly trusted?: readonly string[];
  /** The operator's word against the manifest's. */
  readonly onError?: OnError;
  readonly pool?: PoolOptions;
}

/** `problems` is never empty and each is one line; their paths are relative to the plugin. */
export type LoadedPlugin =
  | { readonly kind: "loaded"; readonly plugin: Plugin }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

type Step<T> = { readonly ok: T } | { readonly problems: readonly Problem[] };

const modules = new ModuleCache();

/** Reads, checks, compiles and configures. The cheap checks come first; the plugin's code runs only after all others. */
export async function loadPlugin(source: PluginSource): Promise<LoadedPlugin> {
  const bytes = await readWasm(source.file);
  if ("problems" in bytes) return refused(bytes.problems);
  const mistrusted = source.trusted && whyNotTrusted(bytes.ok, source.trusted);
  if (mistrusted !== undefined) return refused([atFile(mistrusted)]);
  const manifest = readManifest(bytes.ok, source.name);
  if ("problems" in manifest) return refused(manifest.problems);
  const grants = grantsOf(manifest.ok, source);
  if ("problems" in grants) return refused(grants.problems);
  const configuration = configurationOf(manifest.ok, source);
  if ("problems" in configuration) return refused(configuration.problems);
  const unready = await prepareCapabilities(grants.ok, source.host.capabilities);
  if (unready.length > 0) return refused(unready);
  const digest = createHash("sha256").update(bytes.ok).digest("hex");
  const compiled = await modules.compile(digest, bytes.ok, source.limits);
  if (compiled.kind === "invalid") return refused([atFile(`cannot be run: ${printable(compiled.message)}`)]);
  const wrong = checkInterface(compiled.guarded.module, manifest.ok.hooks);
  if (wrong.length > 0) return refused(wrong);
  return await start(source, manifest.ok, digest, compiled.guarded, configuration.ok, grants.ok);
}

/** The first instance shows whether the plugin accepts its settings; it is then the first of the pool. */
async function start(
  source: PluginSource,
  manifest: Manifest,
  digest: string,
  guarded: GuardedModule,
  configuration: Uint8Array,
  grants: EffectiveGrants,
): Promise<LoadedPlugin> {
  const { limits, state, log, host: { turns } } = source;
  const blueprint: Blueprint = { guarded, hooks: manifest.hooks, configuration, limits, state, turns, log };
  const first = await startInstance(blueprint);
  if (first.kind === "refused") return refused(first.problems);
  const hooks = manifest.hooks.filter((hook) => !first.unused.includes(hook));
  await rehearse(blueprint, hooks);
  const like = first.instance.snapshot;
  const pool = new InstancePool<Instance>(async (): Promise<Created<Instance>> => {
    const started = await startInstance(blueprint, like);
    if (started.kind === "started") return { kind: "created", instance: started.instance };
    const [problem] = started.problems;
    return { kind: "failed", message: `no new instance: ${problem?.path} ${problem?.message}` };
  }, source.pool);
  pool.add(first.instance);
  const plugin = new Plugin({
    name: source.label ?? source.name,
    manifest,
    digest,
    hooks,
    onError: source.onError ?? manifest.onError,
    limits,
    allowance: allowanceOf(source, grants),
    pool,
    breaker: new Breaker(() => performance.now()),
    turns,
  });
  return { kind: "loaded", plugin };
}

function allowanceOf({ name, label = name, host, limits }: PluginSource, grants: EffectiveGrants): Allowance {
  const { capabilities, readContent } = host;
  return { plugin: label, grants, capabilities, readContent, hostCalls: limits.hostCalls };
}

/** What the manifest asks for and the operator grants must be readable, and the second must cover the first. */
function grantsOf({ name, needs }: Manifest, { grant }: PluginSource): Step<EffectiveGrants> {
  const needed = parseAll(needs, "manifest.needs");
  const granted = parseAll(grant, "grant");
  const problems = [...needed.problems, ...granted.problems];
  if (problems.length > 0) return { problems };
  const effective = effectiveGrants(needed.grants, granted.grants);
  if (effective.kind === "granted") return { ok: effective.grants };
  const message = explainLacking(name, effective.missing, grant).join("; ").replace(":; ", ": ");
  return { problems: [{ path: "grant", message }] };
}

function parseAll(texts: readonly string[], path: string): { grants: readonly Grant[]; problems: readonly Problem[] } {
  const parsed = texts.map(parseGrant);
  return {
    grants: parsed.flatMap((each) => each.kind === "grant" ? [each.grant] : []),
    problems: parsed.flatMap((each, index) => {
      return each.kind === "bad" ? [{ path: `${path}[${index}]`, message: printable(each.why) }] : [];
    }),
  };
}

async function readWasm(file: string | Uint8Array): Promise<Step<Uint8Array>> {
  const bytes = typeof file === "string" ? await readBounded(file) : file;
  if (typeof bytes === "string") return { problems: [atFile(bytes)] };
  if (bytes.byteLength > limits.file) return { problems: [atFile(tooLong(bytes.byteLength))] };
  switch (wasmKind(bytes)) {
    case "module":
      return { ok: bytes };
    case "component":
      return { problems: [atFile("is a WebAssembly component; build the plugin as a core module")] };
    case "unknown":
      return { problems: [atFile("is no WebAssembly module")] };
  }
}

/** The bytes, or why there are none. */
async function readBounded(path: string): Promise<Uint8Array | string> {
  try {
    const found = await stat(path);
    // A device or a pipe says 0 and never ends.
    if (!found.isFile()) return `cannot read ${quote(path)}: it is not a regular file`;
    return found.size > limits.file ? tooLong(found.size) : await readFile(path);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    return code === "ENOENT"
      ? `there is no ${quote(path)}: build the plugin, or correct the path`
      : `cannot read ${quote(path)}: ${code ?? "unknown error"}`;
  }
}

function tooLong(octets: number): string {
  return `has ${octets} octets; a plugin may have ${limits.file}`;
}

function readManifest(bytes: Uint8Array, name: string): Step<Manifest> {
  const section = readCustomSection(bytes, manifestSection);
  if (section.kind === "malformed") {
    return { problems: [atFile(`is damaged at octet ${section.offset}: ${section.why}`)] };
  }
  if (section.kind === "absent") {
    return { problems: [atFile(`has no manifest: it is no plugin of qpsmtpd, or was not built with its SDK`)] };
  }
  const parsed = parseManifest(section.bytes);
  if (parsed.kind === "problems") {
    return { problems: parsed.problems.map((message) => ({ path: "manifest", message })) };
  }
  if (parsed.manifest.name === name) return { ok: parsed.manifest };
  const message = `the file is the plugin ${quote(parsed.manifest.name)}, and is configured as ${quote(name)}`;
  return { problems: [{ path: "manifest.name", message }] };
}

function configurationOf(manifest: Manifest, source: PluginSource): Step<Uint8Array> {
  const checked = checkSettings(manifest.settings, source.settings);
  if (checked.kind === "problems") return { problems: checked.problems };
  const settings: JsonObject = checked.settings;
  const lists = Object.fromEntries(manifest.lists.map((name) => [name, source.lists(name)]));
  const bytes = encodeConfiguration({ settings, lists, serverName: source.serverName });
  if (bytes !== undefined) return { ok: bytes };
  return { problems: [{ path: "lists", message: `are together longer than ${limits.configuration} octets` }] };
}

/** Does it ask only for what the host has, and does it have what its manifest promises? */
function checkInterface(module: CompiledModule, hooks: readonly HookName[]): readonly Problem[] {
  const foreign = webAssembly.Module.imports(module).filter((wanted) => !isImportable(wanted));
  const functions = webAssembly.Module.exports(module).filter(({ kind }) => kind === "function");
  const exported = functions.map(({ name }) => name);
  const missing = hooks.filter((hook) => !exported.includes(hook));
  return [
    ...foreign.map(({ kind, module, name }) => ({
      path: "imports",
      message: printable(
        `wants the ${kind} ${quote(`${module}.${name}`)}, which the host does not have${hint(module)}`,
      ),
    })),
    ...missing.map((hook) => ({ path: `exports.${hook}`, message: "is in the manifest but is no exported function" })),
  ];
}

function hint(namespace: string): string {
  if (namespace === wasiModule) return "; of WASI there is no more than clock, randomness and printing";
  return didYouMean(namespace, Object.keys(importable));
}

function atFile(message: string): Problem {
  return { path: "file", message };
}

function refused(problems: readonly Problem[]): LoadedPlugin {
  return { kind: "refused", problems: problems.slice(0, mostProblems) };
}
