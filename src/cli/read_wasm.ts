// Reads a .wasm file that the command line names: a path, or the name of a plugin that came with the program.

import { existsSync, readFileSync, statSync } from "node:fs";
import { programFile, shippedPlugins } from "../platform/program_files.ts";
import { limits } from "../plugins/limits.ts";

/** The octets, or why there are none. A bare name is one of those that came with the program, unless there is such a file. */
export function readWasm(named: string): Uint8Array | string {
  const file = existsSync(named) ? named : programFile(`${shippedPlugins}/${named}.wasm`) ?? named;
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return "no such file";
    if (!found.isFile()) return "is not a regular file";
    if (found.size > limits.file) return `is larger than ${limits.file} octets, the most a plugin may have`;
    return readFileSync(file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return `cannot be read: ${String(error.code)}`;
  }
}
