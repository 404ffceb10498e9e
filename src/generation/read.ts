// Reads the configuration and loads its plugins: everything of a generation that can be wrong.

import type { Config } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import { type Moment, overlayConfig } from "../deployments/overlay_config.ts";
import { type LoadedGeneration, loadGeneration } from "./load.ts";
import type { Means } from "./load_entry.ts";

export interface Reading {
  /** Reads the configuration. */
  readonly read: () => Promise<Loaded>;
  /** Opens, or has ready, what its plugins are loaded with. */
  readonly meansFor: (config: Config) => Promise<MeansOpened>;
  /** Whether there is a generation to fall back upon; `start` if absent. */
  readonly moment?: Moment;
}

/** `problems` are whole lines for the operator. */
export type MeansOpened =
  | { readonly kind: "means"; readonly means: Means }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

export async function readGeneration({ read, meansFor, moment = "start" }: Reading): Promise<LoadedGeneration> {
  const loaded = await read();
  if (loaded.kind === "problems") return loaded;
  const opened = await meansFor(loaded.config);
  if (opened.kind === "problems") return opened;
  const overlaid = await overlayConfig(loaded.config, moment);
  if (overlaid.kind === "problems") return overlaid;
  const built = await loadGeneration(overlaid.config, opened.means);
  if (built.kind === "problems") return built;
  const warnings = [...loaded.warnings, ...overlaid.warnings, ...built.generation.warnings];
  return { kind: "generation", generation: { ...built.generation, warnings } };
}
