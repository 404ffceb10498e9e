// Starts run.ts on a runtime of choice and hands on its rows as they come; a runtime that hangs is ended.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { projectRoot, type Runtime } from "../support/runtimes.ts";
import type { Measured } from "./measured.ts";

export interface Ran {
  readonly rows: readonly Measured[];
  /** Each time that it did not come to its end: why, and in which attack. */
  readonly broke: readonly string[];
}

/** Milliseconds without a line after which it hangs. */
const patience = 120_000;

/** Beginnings anew behind an attack that hung or ended the process. */
const mostBreaks = 5;

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
  const rows: Measured[] = [];
  const broke: string[] = [];
  const take = (row: Measured): void => {
    rows.push(row);
    onRow(row);
  };
  let after: readonly string[] = [];
  while (broke.length < mostBreaks) {
    const { why, underWay } = await runOnce(runtime, [...args, ...after], take);
    if (why === undefined) break;
    broke.push(`${underWay ?? "the beginning"}: ${why}`);
    if (underWay === undefined) break;
    after = [`--after=${underWay}`];
  }
  return { rows, broke };
}

/** Why it broke off, if it did, and what was under way then. */
interface Once {
  readonly why: string | undefined;
  readonly underWay: string | undefined;
}

async function runOnce(
  runtime: Runtime["name"],
  args: readonly string[],
  take: (row: Measured) => void,
): Promise<Once> {
  const [program, ...flags] = commands[runtime];
  const child = spawn(program, [...flags, "test/adversary/run.ts", ...args], {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // A guest that holds the process holds its signals too.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  let underWay: string | undefined;
  let errors = "";
  let hangs = false;
  const hang = (): void => {
    hangs = true;
    kill();
  };
  let timer = setTimeout(hang, patience);
  child.stderr.on("data", (chunk: Uint8Array) => errors = `${errors}${new TextDecoder().decode(chunk)}`.slice(-4000));
  createInterface({ input: child.stdout }).on("line", (text) => {
    clearTimeout(timer);
    timer = setTimeout(hang, patience);
    const line = JSON.parse(text) as Measured | { readonly begins: string };
    if ("begins" in line) underWay = line.begins;
    else take(line);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearTimeout(timer);
  process.off("exit", kill);
  if (hangs) return { why: `it held the process for more than ${patience / 1000} s`, underWay };
  return { why: code === 0 ? undefined : `it ended with ${code}: ${errors}`, underWay };
}
