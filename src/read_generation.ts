// Reads the configuration and loads its plugins: everything of a generation that can be wrong.

import type { Config } from "./config/config.ts";
import type { Loaded } from "./config/load.ts";
import { type LoadedGeneration, loadGeneration, type Means } from "./load_generation.ts";

export interface Reading {
  /** Reads the configuration. */
  readonly read: () => Promise<Loaded>;
  /** What its plugins are loaded with. */
  readonly meansFor: (config: Config) => Means;
}

/** Listens nowhere and writes no file: a generation that is read and not used leaves no trace. */
export async function readGeneration({ read, meansFor }: Reading): Promise<LoadedGeneration> {
  const loaded = await read();
  if (loaded.kind === "problems") return loaded;
  const generation = await loadGeneration(loaded.config, meansFor(loaded.config));
  if (generation.kind === "problems") return generation;
  return { ...generation, warnings: [...loaded.warnings, ...generation.warnings] };
}
