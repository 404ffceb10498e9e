// Runs other programs, swaks and smtp-source above all, and says clearly when one is not there.

import { spawn, spawnSync } from "node:child_process";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to its end; killed after `within` milliseconds. Does not judge the exit code. */
export async function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string; readonly within?: number } = {},
): Promise<Ran> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    stdio: "pipe",
    timeout: options.within ?? 300_000,
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text);
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, stdout, stderr };
}

/**
 * For `test(..., { skip })`: why tests with these programs cannot run here, or false. In CI nothing is skipped, so
 * there the test itself fails on the missing program.
 */
export function lacking(...programs: readonly string[]): string | false {
  if (process.env["CI"] === "true") return false;
  const missing = programs.filter((program) => {
    return spawnSync("sh", ["-c", `command -v ${program} || PATH=$PATH:/usr/sbin command -v ${program}`]).status !== 0;
  });
  return missing.length === 0 ? false : `needs ${missing.join(", ")}: .ci/run installs what the tests want`;
}
