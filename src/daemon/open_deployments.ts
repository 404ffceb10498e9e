// What changes plugins through the API: of one process that serves, and of a primary that watches over several.

import type { Chosen } from "../cli/find_config.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import type { Control } from "../control/control.ts";
import { Deployments } from "../deployments/deployments.ts";
import type { Generations } from "../generation/generations.ts";
import { fileOf, loadOctets, type Means } from "../generation/load_entry.ts";
import type { GenerationPlugin } from "../generation/generation.ts";
import { emptyHost } from "../generation/open_host.ts";
import { PluginFiles } from "../generation/plugin_files.ts";
import { readAgain } from "../generation/read_again.ts";
import { SharedParts } from "../generation/shared_parts.ts";
import type { Log } from "../log/log.ts";
import { RemoteLists } from "../remote_lists/remote_lists.ts";

/** What was tried is what is put in force: the next generation finds it among the plugins in use. */
export function deploymentsHere(chosen: Chosen, generations: Generations, means: Means): Deployments {
  return new Deployments({
    state: generations.current.config.state,
    read: () => readAgain(chosen, generations.current.config),
    fileOf,
    tryOut: (config, entry, octets) => loadOctets(config, means, entry, octets),
    reload: () => generations.reload(),
    several: false,
    inForce: (label) => Promise.resolve(generations.current.plugins.find(({ name }) => name === label)?.digest),
  });
}

/** Tried in the primary as `check` does, with nothing to reach; then every worker loads it for itself. */
export function deploymentsOfWorkers(
  chosen: Chosen,
  { state, database }: Config,
  control: () => Pick<Control, "plugins" | "reload">,
  log: Log,
): Deployments {
  const host = emptyHost(database);
  const remoteLists = new RemoteLists({ mayAsk: false });
  const means = { log, host, plugins: new SharedParts<GenerationPlugin>(), files: new PluginFiles(), remoteLists };
  return new Deployments({
    state,
    read: () => loadConfig(chosen.path, { ...chosen.overrides, state }),
    fileOf,
    tryOut: (config, entry, octets) => loadOctets(config, means, entry, octets),
    reload: () => control().reload(),
    several: true,
    inForce: async (label) => (await control().plugins()).find((plugin) => plugin.label === label)?.digest,
  });
}
