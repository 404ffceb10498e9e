// Runs one plugin's .wasm through the real host, for tests of plugins.

import { readFile } from "node:fs/promises";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { Events } from "../../sdk/contract/event.ts";
import { capabilityNames, manifestSection } from "../../sdk/contract/manifest.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { readCustomSection } from "../../src/plugins/custom_section.ts";
import { type Host, loadPlugin } from "../../src/plugins/load.ts";
import { parseManifest } from "../../src/plugins/manifest.ts";
import type { Plugin } from "../../src/plugins/plugin.ts";
import { defaultLimits, type PluginLimits, type PluginState } from "../../src/plugins/plugin_limits.ts";
import type { Problem } from "../../src/plugins/problem.ts";
import type { Capabilities } from "../../src/plugins/requests.ts";
import { Turns } from "../../src/plugins/turns.ts";

/** Everything there is; a plugin still gets no more than its manifest needs. */
export const everyGrant: readonly string[] = capabilityNames.filter((name) => name !== "log" && name !== "config");

/** A host without capabilities, with turns of its own. */
export function bareHost(capabilities: Capabilities = new Map()): Host {
  return { capabilities, readContent: () => Promise.resolve(undefined), turns: new Turns() };
}

export interface RunOptions {
  readonly settings?: { readonly [name: string]: unknown };
  readonly lists?: { readonly [name: string]: readonly string[] };
  readonly serverName?: string;
  readonly limits?: Partial<PluginLimits>;
  readonly state?: PluginState;
  readonly host?: Host;
  /** Every grant, unless the test has places of its own to name. */
  readonly grant?: readonly string[];
}

/** A plugin that is running, or what kept it from loading. */
export type WasmRun = RunningWasm | { readonly kind: "problems"; readonly problems: readonly Problem[] };

export interface RunningWasm {
  readonly kind: "running";
  readonly plugin: Plugin;
  /** Lines the plugin logged so far. */
  readonly logged: readonly string[];
  /** The answer; a failure is thrown. */
  ask<H extends HookName>(hook: H, event: Events[H]): Promise<Answer>;
  close(): Promise<void>;
}

/** Loads the plugin under the name in its own manifest. */
export async function runWasm(wasm: string | URL | Uint8Array, options: RunOptions = {}): Promise<WasmRun> {
  const bytes = wasm instanceof Uint8Array ? wasm : await readFile(wasm);
  const logged: string[] = [];
  const loaded = await loadPlugin({
    name: nameIn(bytes),
    file: bytes,
    settings: options.settings ?? {},
    lists: (name) => options.lists?.[name] ?? [],
    serverName: options.serverName ?? "mx.test",
    log: (level, line) => logged.push(`${level} ${line}`),
    grant: options.grant ?? everyGrant,
    limits: { ...defaultLimits, ...options.limits },
    state: options.state ?? "fresh",
    host: options.host ?? bareHost(),
  });
  if (loaded.kind === "refused") return { kind: "problems", problems: loaded.problems };
  const { plugin } = loaded;
  return {
    kind: "running",
    plugin,
    logged,
    ask: (hook, event) => ask(plugin, hook, event),
    close: () => plugin.close(),
  };
}

async function ask<H extends HookName>(plugin: Plugin, hook: H, event: Events[H]): Promise<Answer> {
  const result = await plugin.call(hook, event);
  if (result.kind === "answered") return result.answer;
  throw new Error(`Cannot ask ${plugin.name} for ${hook}: ${result.failure}: ${result.message}`);
}

/** A file without a readable manifest has no name; loading then says why. */
function nameIn(bytes: Uint8Array): string {
  const section = readCustomSection(bytes, manifestSection);
  const parsed = section.kind === "found" ? parseManifest(section.bytes) : undefined;
  return parsed?.kind === "manifest" ? parsed.manifest.name : "";
}
