// `qpsmtpd init FOLDER`: the shipped configuration with its lists, in a new folder.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { displayPath } from "../config/display_path.ts";
import { programFilesIn, readProgramFile } from "../platform/program_files.ts";
import type { Output } from "./output.ts";

/** Exit code 0 if the folder is there, 1 if not; nothing is overwritten. `state` is relative to the current folder. */
export function init(folder: string, state: string | undefined, output: Output): number {
  const target = resolve(folder);
  const found = statSync(target, { throwIfNoEntry: false });
  if (found !== undefined && (!found.isDirectory() || readdirSync(target).length > 0)) {
    const why = "is there already, and nothing is overwritten: name another folder";
    output.complain(`init: ${displayPath(target)}: ${why}`);
    return 1;
  }
  try {
    write(target, state === undefined ? undefined : resolve(state));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    output.complain(`init: ${displayPath(target)}: cannot be written: ${String(error.code)}`);
    return 1;
  }
  const config = displayPath(join(target, "qpsmtpd.toml"));
  output.print(`${config}: every key is explained there; the lists lie beside it`);
  output.print(`try it: qpsmtpd check --config ${config}`);
  return 0;
}

/** Made in a folder beside the target first: there is a whole new folder, or none. */
function write(target: string, state: string | undefined): void {
  mkdirSync(dirname(target), { recursive: true });
  const making = mkdtempSync(`${target}.making-`);
  try {
    for (const name of programFilesIn("config")) {
      const content = readProgramFile(`config/${name}`);
      writeFileSync(join(making, name), name === "qpsmtpd.toml" ? withState(content, state) : content, {
        mode: secret.has(name) ? 0o640 : 0o644,
      });
    }
    chmodSync(making, 0o755);
    renameSync(making, target);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** Lists whose content is not everybody's to read. */
const secret: ReadonlySet<string> = new Set(["flat_auth_pw"]);

const shippedState = '\n# state = "../var"\n';

function withState(config: Uint8Array, state: string | undefined): string {
  const text = new TextDecoder().decode(config);
  if (state === undefined) return text;
  if (!text.includes(shippedState)) throw new Error("the shipped configuration has no commented state any more");
  return text.replace(shippedState, () => `\nstate = ${JSON.stringify(state)}\n`);
}
