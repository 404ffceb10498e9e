// What a plugin says of itself, read from the custom section `qpsmtpd.plugin` of its .wasm before any code runs.

import type { When } from "./condition.ts";
import type { HookName, Json, JsonObject } from "./contract.ts";

/** The name of the custom section that holds the manifest as UTF-8 JSON. */
export const manifestSection = "qpsmtpd.plugin";

/** Capabilities that a plugin calls into the host for. */
export const hostCapabilities = [
  "dns",
  "store",
  "http",
  "tcp",
  "run",
  "ldap",
  "sql",
  "content",
  "crypto",
  "clock",
  "mmdb",
] as const;
export type HostCapability = (typeof hostCapabilities)[number];

/** What every plugin has. */
const common = ["log", "config"] as const;

/** What events tell, and what answers may say. */
const spoken = ["event", "edit", "verdict", "mark", "score", "notes", "results"] as const;

/** What `needs` may name. */
export type CapabilityName = HostCapability | (typeof common | typeof spoken)[number];
export const capabilityNames: readonly CapabilityName[] = [...common, ...hostCapabilities, ...spoken];

/** What the host answers for a plugin that trapped, overran its deadline or answered rubbish. */
export type OnError = "defer" | "pass" | "reject";

/** One setting the operator may give. `list` is an array of strings. */
export interface Setting {
  readonly type: "string" | "integer" | "number" | "boolean" | "list";
  readonly description: string;
  /** Absent: the operator must give a value. */
  readonly default?: Json;
  /** Allowed values, for strings. */
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** Whether its value is shown to nobody who looks at the server; if absent, its name decides (`password`, `api_key`). */
  readonly secret?: boolean;
}

export interface Manifest {
  /** Lower-case letters, digits and underscores: the name in the configuration. */
  readonly name: string;
  readonly version: string;
  /** See `contract` in contract.ts. */
  readonly contract: number;
  readonly description: string;
  /** SPDX identifier. */
  readonly licence: string;
  /** Hooks it exports a function for; the function's name is the hook's name. */
  readonly hooks: readonly HookName[];
  /**
   * Capabilities asked for, each as a name or `name:scope`: `dns`, `tcp:127.0.0.1:3310`, `event:recipients`. A plugin
   * of which the operator does not grant all needs is not loaded. `http`, `tcp`, `run`, `ldap`, `sql` and `mmdb`
   * without a scope ask for what the operator names: any grant of that name will do, and the plugin gets no more than it.
   */
  readonly needs: readonly string[];
  /** Names of the list files in the configuration folder that it is given. */
  readonly lists: readonly string[];
  readonly settings: { readonly [name: string]: Setting };
  readonly onError: OnError;
  /** When each hook is asked; the host looks itself, and saves the call. Each names what the plugin must need anyway. */
  readonly when?: When;
  /** What the author would like it to have in a call. It gets what the operator says; this is shown beside it. */
  readonly wishes?: Wishes;
}

/** Milliseconds of running, milliseconds in all, MiB of memory. */
export interface Wishes {
  readonly cpu?: number;
  readonly wall?: number;
  readonly memory?: number;
}

/** Input of the exported function `configure`, called once for every instance before its first hook. */
export interface ConfigureInput {
  readonly settings: JsonObject;
  /** Lines of each list file named in the manifest, trimmed, without blanks and comments. A missing file is empty. */
  readonly lists: { readonly [name: string]: readonly string[] };
  /** The name of this server, qpsmtpd's `me`. */
  readonly serverName: string;
}

/** Output of `configure`. */
export interface ConfigureOutput {
  /** What is wrong with the settings; any entry keeps the plugin from loading. `path` is dotted: `settings.max`. */
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
  /** Hooks that need not be asked with these settings, an empty list file for instance. */
  readonly unused?: readonly HookName[];
}
