// One configuration with its plugins, as it serves sessions.

import type { Manifest } from "../../sdk/contract/manifest.ts";
import type { Config } from "../config/config.ts";
import type { RecipientFiles } from "../config/recipient_files.ts";
import type { Chains, Registered } from "../hooks/chains.ts";
import type { BreakerState } from "../plugins/breaker.ts";
import type { Counters } from "../plugins/counters.ts";
import type { PluginLimits } from "../plugins/plugin_limits.ts";
import type { TlsMaterial } from "../tls/material.ts";

/** A plugin of a generation; `name` is its label in the configuration. */
export interface GenerationPlugin extends Registered {
  readonly manifest: Manifest;
  readonly limits: PluginLimits;
  /** SHA-256 of its file, in hex. */
  readonly digest: string;
  readonly counters: Counters;
  readonly breaker: BreakerState;
  /** For whoever shares it: a generation lets go of it instead. */
  close(): Promise<void>;
}

/** One configuration with its plugins; never changes. A session keeps the generation it began with. */
export interface Generation {
  readonly config: Config;
  /** In the order of the configuration. What did not change is the very plugin of the generation before. */
  readonly plugins: readonly GenerationPlugin[];
  readonly chains: Chains;
  /** What recipients want otherwise. */
  readonly recipients: Pick<RecipientFiles, "files" | "rules">;
  /** The configured certificates; absent if there are none, or nobody speaks TLS. */
  readonly tls?: TlsMaterial;
  /** What the operator should know of it: whole lines, each with its file. */
  readonly warnings: readonly string[];
  /**
   * For when the last session has left: lets go of its plugins. Resolves when the calls under way of those that nobody
   * else holds have ended.
   */
  close(): Promise<void>;
}
