// What comes with the program beside its code, whichever way it is packed.

import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";

/** The folder of the checkout. */
export const root: string = join(import.meta.dirname, "..");

/** Names from the root, with slashes: what the running program reads, and the licences that go with it. */
export function contents(): readonly string[] {
  return [
    "package.json",
    "LICENSE",
    "sdk/typescript/core/LICENCES.txt",
    "plugins-wasm/DIFFERENCES.md",
    ...filesUnder("config"),
    ...filesUnder("src").filter((name) => !name.endsWith(".ts")),
    ...pluginNames().map((name) => `build/plugins/${name}.wasm`),
  ];
}

/** Those that have a source: `build/plugins` may still hold one that was taken out. */
export function pluginNames(): readonly string[] {
  const folder = join(root, "plugins-wasm");
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, "plugin.ts"))).sort();
}

/** Without those that begin with a dot, which editors leave. */
export function filesUnder(folder: string): readonly string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  return names.map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1).split(sep).join("/")).sort();
}
