// The files that come with the program: in its own folder, or inside the executable that it was made into.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

/** From its sources, as JavaScript that npm installed, or as one executable file. */
export type Packaging = "checkout" | "package" | "executable";

/** The folder of the plugins that come with it. */
export const shippedPlugins = "build/plugins";

/** The folder above `src`. In an executable there is no such folder. */
const root = join(import.meta.dirname, "..", "..");

/** Where each file of an executable is to be read, by its name. */
let carried: ReadonlyMap<string, string> | undefined;

/** To be called first by an executable: what it has inside, and the path at which the runtime lets it be read. */
export function carry(files: ReadonlyMap<string, string>): void {
  carried = files;
}

/** How this program was installed. */
export function packaging(): Packaging {
  if (carried !== undefined) return "executable";
  return extname(import.meta.filename) === ".ts" ? "checkout" : "package";
}

/**
 * The path of a file by its name from the root of the program, as "config/qpsmtpd.toml"; undefined if it is not there.
 * In an executable it can be looked at by stat and read whole by readFile; it cannot be opened, and no folder is real.
 */
export function programFile(name: string): string | undefined {
  if (carried !== undefined) return carried.get(name);
  const path = join(root, name);
  return existsSync(path) ? path : undefined;
}

/** The names of the files in a folder of the program, sorted; without those that begin with a dot. */
export function programFilesIn(folder: string): readonly string[] {
  if (carried !== undefined) {
    const inside = [...carried.keys()].filter((name) => name.startsWith(`${folder}/`));
    return inside.map((name) => name.slice(folder.length + 1)).filter((name) => !name.includes("/")).sort();
  }
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith(".")).map(({ name }) => name).sort();
}

/** Throws if the file is not there, which is a fault of whoever packed the program. */
export function readProgramFile(name: string): Uint8Array {
  const path = programFile(name);
  if (path === undefined) throw new Error(`${name} is missing in this ${packaging()} of qpsmtpd`);
  return readFileSync(path);
}

/** A folder of the program on disk, for whoever watches it; undefined if there is none. */
export function programFolder(folder: string): string | undefined {
  const path = join(root, folder);
  return carried === undefined && existsSync(path) ? path : undefined;
}
