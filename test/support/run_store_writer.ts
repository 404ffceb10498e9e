// Runs store_writer.ts as a process of its own, on the runtime of the test.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const writer = fileURLToPath(new URL("./store_writer.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  /** The lines it said whole. */
  readonly said: readonly string[];
}

/** With `life` it is killed at most that many milliseconds after its first word. */
export function runWriter(args: readonly string[], life?: number): Promise<Ended> {
  // `deno run` must be told what the file may do; the others take the file as it is.
  const start = process.versions.deno === undefined ? [writer] : ["run", "--allow-all", "--no-check", writer];
  const child = spawn(process.execPath, [...start, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.setEncoding("latin1");
    child.stdout.on("data", (text: string) => {
      if (said === "" && life !== undefined) setTimeout(() => child.kill("SIGKILL"), life * (1 + Math.random()) / 2);
      said += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, said: said.split("\n").slice(0, -1) }));
  });
}
