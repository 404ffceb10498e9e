// A configuration from text, and a generation of it without plugins of WebAssembly.

import assert from "node:assert/strict";
import type { Config } from "../../src/config/config.ts";
import type { Listener } from "../../src/config/protocol.ts";
import type { Generation } from "../../src/generation/generation.ts";
import { chainsOf, type Registered } from "../../src/hooks/chains.ts";
import { loadText } from "./load_text.ts";

export async function configured(toml: string): Promise<Config> {
  const { loaded } = await loadText(toml);
  assert.ok(loaded.kind === "config", JSON.stringify(loaded));
  return loaded.config;
}

export function generationOf(config: Config, plugins: readonly Registered[] = []): Generation {
  const recipients = { files: 0, rules: new Map() };
  return { config, plugins: [], chains: chainsOf(plugins), recipients, warnings: [], close: () => Promise.resolve() };
}

/** The listener of this number, counted from 0. */
export function listenerOf(config: Config, index = 0): Listener {
  return config.listen[index] ?? assert.fail(`there are ${config.listen.length} listeners`);
}
