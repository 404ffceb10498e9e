// The step that serve, check and hooks share: configuration and plugins loaded, every complaint made.

import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import type { Generation, GenerationPlugin } from "../generation/generation.ts";
import { openLog } from "../log/log.ts";
import { emptyHost } from "../generation/open_host.ts";
import { PluginFiles } from "../generation/plugin_files.ts";
import { type MeansOpened, readGeneration } from "../generation/read.ts";
import { RemoteLists } from "../remote_lists/remote_lists.ts";
import { SharedParts } from "../generation/shared_parts.ts";
import type { Chosen } from "./find_config.ts";
import type { Output } from "./output.ts";

/** The generation, or `undefined` when everything that is wrong has been said. */
export async function prepare(
  chosen: Chosen,
  output: Output,
  meansFor: (config: Config) => Promise<MeansOpened> = (config) => meansOfCheck(output, config),
): Promise<Generation | undefined> {
  const loaded = await readGeneration({ read: () => loadConfig(chosen.path, chosen.overrides), meansFor });
  if (loaded.kind === "problems") {
    for (const problem of loaded.problems) output.complain(problem);
    return undefined;
  }
  for (const warning of loaded.generation.warnings) output.complain(`warning: ${warning}`);
  return loaded.generation;
}

/** Plugins are configured and asked nothing, and nothing is written. */
function meansOfCheck({ complain }: Output, { database }: Config): Promise<MeansOpened> {
  const log = openLog({ format: "text", level: "warn", write: complain, now: () => new Date() });
  const means = {
    log,
    host: emptyHost(database),
    plugins: new SharedParts<GenerationPlugin>(),
    files: new PluginFiles(),
    remoteLists: new RemoteLists({ mayAsk: false }),
  };
  return Promise.resolve({ kind: "means", means });
}
