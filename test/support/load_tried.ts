// Loads the plugin `tried` with everything usual; a test says only what it is about.

import { type LoadedPlugin, loadPlugin, type PluginSource } from "../../src/plugins/load.ts";
import { defaultLimits } from "../../src/plugins/plugin_limits.ts";
import { bareHost, everyGrant } from "./run_wasm.ts";

export function loadTried(file: string | Uint8Array, source: Partial<PluginSource> = {}): Promise<LoadedPlugin> {
  return loadPlugin({
    name: "tried",
    file,
    settings: {},
    lists: () => [],
    serverName: "mx.test",
    log: () => {},
    grant: everyGrant,
    limits: defaultLimits,
    state: "fresh",
    host: bareHost(),
    ...source,
  });
}
