// Reads the configuration and loads its plugins: everything of a generation that can be wrong.

import type { Config } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import { type Moment, overlayConfig } from "../deployments/overlay_config.ts";
import { type LoadedGeneration, loadGeneration, type Means } from "./load.ts";

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
  const generation = await loadGeneration(overlaid.config, opened.means);
  if (generation.kind === "problems") return generation;
  return { ...generation, warnings: [...loaded.warnings, ...overlaid.warnings, ...generation.warnings] };
}
