// The step that serve, check and hooks share: configuration and plugins loaded, every complaint made.

import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { type Generation, loadGeneration } from "../load_generation.ts";
import { type Log, openLog } from "../log/log.ts";
import type { Chosen } from "./find_config.ts";
import type { Output } from "./output.ts";

/** Makes the log that takes what plugins say. */
export type LogFor = (config: Config) => Log;

/** The generation, or `undefined` when everything that is wrong has been said. */
export async function prepare(chosen: Chosen, output: Output, logFor?: LogFor): Promise<Generation | undefined> {
  const loaded = await loadConfig(chosen.path, chosen.overrides);
  if (loaded.kind === "problems") return giveUp(loaded.problems, output);
  const { config } = loaded;
  const plain = openLog({
    format: "text",
    level: "warn",
    write: (line) => output.complain(line),
    now: () => new Date(),
  });
  const generation = await loadGeneration(config, logFor?.(config) ?? plain);
  if (generation.kind === "problems") return giveUp(generation.problems, output);
  for (const warning of [...loaded.warnings, ...generation.warnings]) output.complain(`warning: ${warning}`);
  return generation.generation;
}

function giveUp(problems: readonly string[], output: Output): undefined {
  for (const problem of problems) output.complain(problem);
  return undefined;
}
