// Builds every plugin here into build/plugins/<name>.wasm; those whose sources did not change are left as they are.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import process from "node:process";

/** What was built from what; kept beside the .wasm. */
interface BuildRecord {
  /** Paths relative to the project's root, sorted. */
  readonly inputs: readonly string[];
  readonly digest: string;
}

const sources = import.meta.dirname;
const root = join(sources, "..");
const target = join(root, "build", "plugins");
/** A change in any of these may change every plugin. The core is large, so its recorded digest stands for it. */
const toolchain = ["package.json", ...filesUnder(join(root, "sdk"), /(?<!_test)\.ts$|\.sha256$/)];

process.exitCode = await buildAll();

async function buildAll(): Promise<number> {
  mkdirSync(target, { recursive: true });
  const stale = pluginNames().filter((name) => !isFresh(name));
  if (stale.length === 0) return 0;
  // Loaded only now: esbuild and the core take longer than finding out that there is nothing to do.
  const { buildPlugin, stopBuilding } = await import("../sdk/typescript/build_plugin.ts");
  let failures = 0;
  for (const name of stale) {
    const started = performance.now();
    const built = await buildPlugin({ source: join(sources, name, "plugin.ts") });
    if (built.kind === "failed") {
      failures += 1;
      for (const problem of built.problems) console.error(problem);
      continue;
    }
    keep(name, built.wasm, built.inputs);
    const milliseconds = Math.round(performance.now() - started);
    console.log(`built ${name}.wasm (${Math.round(built.wasm.length / 1024)} KiB) in ${milliseconds} ms`);
  }
  await stopBuilding();
  return failures === 0 ? 0 : 1;
}

function pluginNames(): string[] {
  return readdirSync(sources).filter((name) => existsSync(join(sources, name, "plugin.ts"))).sort();
}

function isFresh(name: string): boolean {
  const recorded = readRecord(name);
  return recorded !== undefined && existsSync(wasmFile(name)) && recorded.digest === digestOf(recorded.inputs);
}

/** The record is written last: a build that was cut short is built again. */
function keep(name: string, wasm: Uint8Array, inputs: readonly string[]): void {
  const own = inputs.map((input) => relative(root, input).split(sep).join("/")).sort();
  replace(wasmFile(name), wasm);
  replace(recordFile(name), JSON.stringify({ inputs: own, digest: digestOf(own) } satisfies BuildRecord));
}

function replace(file: string, content: string | Uint8Array): void {
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, file);
}

function digestOf(inputs: readonly string[]): string {
  const hash = createHash("sha256");
  for (const input of [...inputs, ...toolchain]) {
    const content = existsSync(join(root, input)) ? readFileSync(join(root, input)) : "missing";
    hash.update(`${input}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function readRecord(name: string): BuildRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(name), "utf8"));
  } catch {
    // Missing or damaged: build again.
    return undefined;
  }
}

function wasmFile(name: string): string {
  return join(target, `${name}.wasm`);
}

function recordFile(name: string): string {
  return join(target, `${name}.build.json`);
}

function filesUnder(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesUnder(path, pattern);
    return pattern.test(entry.name) ? [relative(root, path)] : [];
  }).sort();
}
