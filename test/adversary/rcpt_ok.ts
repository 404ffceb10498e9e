// The bundled plugin `rcpt_ok`, built and loaded: what honest sessions are answered by.

import { fileURLToPath } from "node:url";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { type Host, loadPlugin } from "../../src/plugins/load.ts";
import type { Plugin } from "../../src/plugins/plugin.ts";
import { defaultLimits } from "../../src/plugins/plugin_limits.ts";
import { everyGrant } from "../support/run_wasm.ts";

const source = fileURLToPath(new URL("../../plugins-wasm/rcpt_ok/plugin.ts", import.meta.url));

/** Accepts `localhost` and the server's own name. Must be closed. */
export async function rcptOk(host: Host): Promise<Plugin> {
  const built = await buildPlugin({ source });
  await stopBuilding();
  if (built.kind === "failed") throw new Error(built.problems.join("\n"));
  const loaded = await loadPlugin({
    name: "rcpt_ok",
    file: built.wasm,
    settings: {},
    lists: (name) => name === "rcpthosts" ? ["localhost"] : [],
    serverName: "mx.test",
    log: () => {},
    grant: everyGrant,
    limits: defaultLimits,
    state: "fresh",
    host,
  });
  if (loaded.kind === "refused") throw new Error(JSON.stringify(loaded.problems));
  return loaded.plugin;
}
