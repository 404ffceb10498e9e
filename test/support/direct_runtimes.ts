// How the daemon is started on each runtime without a wrapper, so that its process is the one that signals reach.

import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { projectRoot, type Runtime, runtimes } from "./runtimes.ts";

/** On Deno with the permissions of the task `start`, and those that `[process]` needs beyond them. */
export const directRuntimes: readonly Runtime[] = runtimes.map((runtime) => {
  return runtime.name === "Deno" ? { name: "Deno", command: denoCommand() } : runtime;
});

function denoCommand(): Runtime["command"] {
  const { tasks } = JSON.parse(readFileSync(join(projectRoot, "deno.json"), "utf8")) as { tasks: { start: string } };
  const [program = "", ...rest] = tasks.start.split(" ");
  const flags = rest.slice(0, -1).filter((flag) => !flag.startsWith("--allow-sys"));
  const executable = realpathSync(join(projectRoot, "node_modules/deno/deno"));
  return [join(projectRoot, program), ...flags, "--allow-sys", `--allow-run=${executable}`, "src/main.ts"];
}
