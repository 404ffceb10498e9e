// The daemon as the figures of single connections need it: nothing is kept, little is logged, and limits are out of reach.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DaemonProcess, startDaemon } from "../support/daemon_process.ts";
import { projectRoot, type Runtime, runtimes } from "../support/runtimes.ts";

export type RuntimeName = Runtime["name"];

/** With the shipped plugins. `preload` is a file in this folder that runs first; on Node alone. */
export async function startBenchDaemon(
  name: RuntimeName,
  preload?: string,
  flags: readonly string[] = [],
): Promise<DaemonProcess> {
  const [program, ...direct] = directCommand(name);
  const args = [...direct, ...flags];
  const loading = preload === undefined ? [] : ["--import", join(projectRoot, "test/bench", preload)];
  return await startDaemon({ name, command: [program, ...args, ...loading, "src/main.ts"] }, { toml: benchToml() });
}

/** The same front end with one native plugin and nothing to configure: without any WebAssembly. Plain text only. */
export async function startBareServer(name: RuntimeName): Promise<DaemonProcess> {
  const [program, ...args] = directCommand(name);
  return await startDaemon({ name, command: [program, ...args, "test/bench/serve_bare.ts"] });
}

/** The runtime itself: the process that was started is the one to measure. */
export function directCommand(name: RuntimeName): readonly [program: string, ...args: string[]] {
  const program = runtimes.find((runtime) => runtime.name === name)?.command[0];
  if (program === undefined) throw new Error(`no runtime is called ${name}`);
  return name === "Deno" ? [program, "run", "--quiet", "-A"] : [program];
}

/** Node unless the arguments name others. */
export function chosenRuntimes(args: readonly string[]): readonly RuntimeName[] {
  const named = runtimes.map(({ name }) => name).filter((name) => args.includes(name));
  return named.length === 0 ? ["Node"] : named;
}

const replaced: readonly (readonly [before: string | RegExp, after: string])[] = [
  ['backend = "maildir"', 'backend = "discard"'],
  ['# level = "info"', 'level = "error"'],
  [/^# sessions = .*/m, "sessions = 20000"],
  [/^# connections_per_address = .*/m, "connections_per_address = 20000"],
  [/^# connections_per_network = .*/m, "connections_per_network = 20000"],
];

function benchToml(): string {
  const shipped = readFileSync(join(projectRoot, "config/qpsmtpd.toml"), "utf8");
  return replaced.reduce((text, [before, after]) => text.replace(before, after), shipped);
}
