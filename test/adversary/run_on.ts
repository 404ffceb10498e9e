// Starts run.ts on a runtime of choice and hands on its rows as they come; a runtime that hangs is ended.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { projectRoot, type Runtime } from "../support/runtimes.ts";
import type { Measured } from "./measured.ts";

export interface Ran {
  readonly rows: readonly Measured[];
  /** Why it did not come to its end, with the attack that was under way; undefined if it did. */
  readonly broke: string | undefined;
}

/** Milliseconds without a line after which it hangs. */
const patience = 60_000;

const bin = `${projectRoot}node_modules/.bin`;

const commands: { readonly [R in Runtime["name"]]: readonly [program: string, ...args: string[]] } = {
  Node: [`${bin}/node`, "--expose-gc"],
  Deno: [`${bin}/deno`, "run", "--quiet", "--no-prompt", "--allow-all", "--v8-flags=--expose-gc"],
  Bun: [`${bin}/bun`, "--expose-gc"],
};

/** `args`: families or names of attacks, all if none; `--without-c`. */
export async function runOn(
  runtime: Runtime["name"],
  args: readonly string[],
  onRow: (row: Measured) => void = (): void => {},
): Promise<Ran> {
  const [program, ...flags] = commands[runtime];
  const child = spawn(program, [...flags, "test/adversary/run.ts", ...args], {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const rows: Measured[] = [];
  let underWay = "the beginning";
  let errors = "";
  let hangs = false;
  const end = (): void => {
    hangs = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(end, patience);
  child.stderr.on("data", (chunk: Uint8Array) => errors = `${errors}${new TextDecoder().decode(chunk)}`.slice(-4000));
  createInterface({ input: child.stdout }).on("line", (text) => {
    clearTimeout(timer);
    timer = setTimeout(end, patience);
    const line = JSON.parse(text) as Measured | { readonly begins: string };
    if ("begins" in line) {
      underWay = line.begins;
      return;
    }
    rows.push(line);
    onRow(line);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearTimeout(timer);
  if (hangs) return { rows, broke: `${underWay} held it for more than ${patience / 1000} s` };
  return { rows, broke: code === 0 ? undefined : `it ended with ${code} in ${underWay}: ${errors}` };
}
