// Builds a plugin: plugin.ts and plugin.json in, one .wasm out. No native tool but esbuild.

import { stop } from "esbuild";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { hookNames } from "../contract/contract.ts";
import type { HookName } from "../contract/contract.ts";
import { manifestSection } from "../contract/manifest.ts";
import type { Manifest } from "../contract/manifest.ts";
import { bundlePlugin } from "./builder/bundle.ts";
import { hostCapabilitiesIn } from "./builder/needs.ts";
import { manifestOf, readPluginJson } from "./builder/plugin_json.ts";
import { loadCore, takeSnapshot } from "./builder/snapshot.ts";
import { writePlugin } from "./builder/wasm_writer.ts";
import type { Exported } from "./guest/start.ts";

export interface PluginSource {
  /** Path of plugin.ts. */
  readonly source: string;
  /** Path of plugin.json; beside the source by default. */
  readonly manifest?: string;
}

export type BuiltPlugin =
  | {
    readonly kind: "built";
    readonly wasm: Uint8Array;
    readonly manifest: Manifest;
    /** Absolute paths of the files that went in, for telling later whether they changed. */
    readonly inputs: readonly string[];
  }
  | { readonly kind: "failed"; readonly problems: readonly string[] };

/** 32 MiB: far more than a hook needs, and little enough for many instances on one machine. */
const memoryMaximum = 512;

/** The same sources make the same bytes. Problems are one line each but for an exception, which has its stack. */
export async function buildPlugin({ source, manifest }: PluginSource): Promise<BuiltPlugin> {
  const sourceFile = resolve(source);
  const manifestFile = resolve(manifest ?? join(dirname(sourceFile), "plugin.json"));
  const content = await readIfPresent(manifestFile);
  if (content === undefined) return failed(`${shown(manifestFile)}: there is no such file; every plugin needs one`);
  const read = readPluginJson(content, shown(manifestFile));
  const capabilities = read.kind === "read" ? hostCapabilitiesIn(read.pluginJson.needs) : [];
  const bundle = await bundlePlugin(sourceFile, capabilities);
  if (read.kind === "failed" || bundle.kind === "failed") {
    return { kind: "failed", problems: [...problemsOf(read), ...problemsOf(bundle)] };
  }
  const taken = await takeSnapshot(bundle.script);
  if (taken.kind === "failed") {
    return failed(`${shown(sourceFile)}: it threw while it was evaluated: ${taken.problem}`);
  }
  const problems = exportProblems(taken.exported).map((problem) => `${shown(sourceFile)}: ${problem}`);
  if (problems.length > 0) return { kind: "failed", problems };

  const hooks = hookNames.filter((name) => taken.exported.functions.includes(name));
  const whole = manifestOf(read.pluginJson, hooks);
  const { bytes } = await loadCore();
  const wasm = writePlugin({
    core: bytes,
    snapshot: taken.snapshot,
    // All of them, there or not: so that plugins differ in their data alone, and hosts can share the code.
    functions: ["configure", ...hookNames],
    customSection: { name: manifestSection, content: new TextEncoder().encode(JSON.stringify(whole)) },
    memoryMaximum,
    asksHost: capabilities.length > 0,
  });
  return { kind: "built", wasm, manifest: whole, inputs: [...bundle.inputs, manifestFile] };
}

/** Ends esbuild's process, which would keep the builder's alive on some runtimes. Building again starts another. */
export async function stopBuilding(): Promise<void> {
  await stop();
}

function exportProblems({ wrong, functions }: Exported): string[] {
  const allowed = `configure, ${hookNames.join(", ")}`;
  const problems = wrong.map((name) =>
    isKnown(name)
      ? `the default export's \`${name}\` is no function`
      : `the default export has \`${name}\`, which is no hook; there are ${allowed}`
  );
  const [, ...hooks] = functions;
  if (hooks.length === 0 && problems.length === 0) {
    problems.push("the default export has no hook; write `export default definePlugin({ rcpt(event) { … } })`");
  }
  return problems;
}

function isKnown(name: string): boolean {
  return name === "configure" || hookNames.includes(name as HookName);
}

function problemsOf(step: { readonly kind: string; readonly problems?: readonly string[] }): readonly string[] {
  return step.kind === "failed" ? step.problems ?? [] : [];
}

function failed(problem: string): BuiltPlugin {
  return { kind: "failed", problems: [problem] };
}

/** Relative to the working directory where that is shorter to read. */
function shown(file: string): string {
  const short = relative(".", file);
  return (short.startsWith("..") ? file : short).split(sep).join("/");
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
