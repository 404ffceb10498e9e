// `qpsmtpd plugin build`: a plugin written in TypeScript becomes one .wasm file.

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { displayPath } from "../config/display_path.ts";
import { buildPlugin } from "../../sdk/typescript/build_plugin.ts";
import { escapeControls } from "../text/quote.ts";
import type { Output } from "./output.ts";

/** Exit code 0 if the file was written, 1 if not. `out` is the source with .wasm in place of .ts unless given. */
export async function pluginBuild(source: string, out: string | undefined, output: Output): Promise<number> {
  const target = out ?? `${source.replace(/\.[cm]?[jt]s$/, "")}.wasm`;
  const built = await buildPlugin({ source });
  if (built.kind === "failed") {
    for (const line of built.problems.flatMap((problem) => problem.split("\n"))) output.complain(escapeControls(line));
    return 1;
  }
  const problem = write(target, built.wasm);
  if (problem !== undefined) {
    output.complain(problem);
    return 1;
  }
  const { name, version, hooks } = built.manifest;
  output.print(`${displayPath(target)}: ${name} ${version}, ${built.wasm.length} octets, hooks ${hooks.join(", ")}`);
  return 0;
}

/** Written aside and renamed: a server that loads the file meanwhile never sees half of it. */
function write(target: string, wasm: Uint8Array): string | undefined {
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(`${target}.tmp`, wasm);
    renameSync(`${target}.tmp`, target);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return `${displayPath(target)}: cannot be written: ${String(error.code)}; choose another file by -o`;
  }
}
