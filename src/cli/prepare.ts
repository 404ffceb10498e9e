// The step that serve, check and hooks share: configuration and plugins loaded, every complaint made.

import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import type { Generation, Means } from "../load_generation.ts";
import { openLog } from "../log/log.ts";
import { openHost } from "../open_host.ts";
import { PluginFiles } from "../plugin_files.ts";
import { readGeneration } from "../read_generation.ts";
import { SharedParts } from "../shared_parts.ts";
import type { Chosen } from "./find_config.ts";
import type { Output } from "./output.ts";

/** The generation, or `undefined` when everything that is wrong has been said. */
export async function prepare(
  chosen: Chosen,
  output: Output,
  meansFor: (config: Config) => Means = () => meansOfCheck(output),
): Promise<Generation | undefined> {
  const loaded = await readGeneration({ read: () => loadConfig(chosen.path, chosen.overrides), meansFor });
  if (loaded.kind === "problems") {
    for (const problem of loaded.problems) output.complain(problem);
    return undefined;
  }
  for (const warning of loaded.warnings) output.complain(`warning: ${warning}`);
  return loaded.generation;
}

/** Plugins are configured and asked nothing. */
function meansOfCheck({ complain }: Output): Means {
  const log = openLog({ format: "text", level: "warn", write: complain, now: () => new Date() });
  return { log, host: openHost(), plugins: new SharedParts(), files: new PluginFiles() };
}
