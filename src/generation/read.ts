// Reads the configuration and loads its plugins: everything of a generation that can be wrong.

import type { Config } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import { type LoadedGeneration, loadGeneration, type Means } from "./load.ts";

export interface Reading {
  /** Reads the configuration. */
  readonly read: () => Promise<Loaded>;
  /** Opens, or has ready, what its plugins are loaded with. */
  readonly meansFor: (config: Config) => Promise<MeansOpened>;
}

/** `problems` are whole lines for the operator. */
export type MeansOpened =
  | { readonly kind: "means"; readonly means: Means }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

export async function readGeneration({ read, meansFor }: Reading): Promise<LoadedGeneration> {
  const loaded = await read();
  if (loaded.kind === "problems") return loaded;
  const opened = await meansFor(loaded.config);
  if (opened.kind === "problems") return opened;
  const generation = await loadGeneration(loaded.config, opened.means);
  if (generation.kind === "problems") return generation;
  return { ...generation, warnings: [...loaded.warnings, ...generation.warnings] };
}
