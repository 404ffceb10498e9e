// The configuration as the rest of the program sees it: every value present, in base units, every path absolute.

import type { TlsChoice } from "../tls/material.ts";
import type { JsonObject } from "../../sdk/contract/contract.ts";
import type { OnError } from "../../sdk/contract/manifest.ts";
import type { HopChoice } from "../delivery/hop_settings.ts";
import type { ServerAddress } from "../dns/server_address.ts";
import type { Policy } from "../policy/policy.ts";
import type { Terms } from "../policy/terms.ts";
import type { PluginLimits, PluginState } from "../plugins/plugin_limits.ts";
import type { Limits, Overload, ProcessChoice, Timeouts } from "./limits.ts";
import type { AuthChoice, ExtensionsChoice, Listener, SmugglingChoice, TrustChoice } from "./protocol.ts";

/** Durations are milliseconds, sizes octets, paths absolute. */
export interface Config {
  /** The file it was read from, as messages name it. */
  readonly file: string;
  /** The folder of that file, absolute: list files lie here. */
  readonly folder: string;
  /** What the server calls itself, qpsmtpd's `me`. */
  readonly hostname: string;
  readonly listen: readonly Listener[];
  readonly tls: TlsChoice;
  readonly auth: AuthChoice;
  readonly trust: TrustChoice;
  readonly smuggling: SmugglingChoice;
  readonly extensions: ExtensionsChoice;
  readonly overload: Overload;
  readonly process: ProcessChoice;
  readonly policy: Terms;
  /** The folder of everything the daemon writes. */
  readonly state: string;
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  readonly spool: SpoolLimits;
  readonly delivery: DeliveryChoice;
  readonly log: LogChoice;
  readonly dns: DnsChoice;
  readonly reload: ReloadChoice;
  readonly plugins: { readonly directories: readonly string[] };
  /** In the order in which they are asked. */
  readonly plugin: readonly PluginEntry[];
}

export interface SpoolLimits {
  /** Octets of mail data held in memory before it goes to a file. */
  readonly memoryThreshold: number;
}

/** Where accepted mail goes. */
export type DeliveryChoice =
  | { readonly backend: "discard" }
  /** `path` may hold `%l`, `%d` and `%u`: local-part, domain and whole mailbox of the recipient. */
  | { readonly backend: "maildir"; readonly path: string }
  | SmtpDelivery;

/** Paths are absolute; what may be absent has its default in src/delivery/hop_settings.ts. */
export interface SmtpDelivery extends HopChoice {
  readonly backend: "smtp";
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogChoice {
  readonly format: "text" | "json";
  readonly level: LogLevel;
}

/** Who is asked for names. */
export interface DnsChoice {
  /** Asked in this order; none stands for those in /etc/resolv.conf. */
  readonly servers: readonly ServerAddress[];
  /** For one question in all. */
  readonly timeout: number;
}

export interface ReloadChoice {
  /** Whether a changed file makes a new generation by itself. */
  readonly watch: boolean;
}

export interface PluginEntry {
  /** What its manifest calls it. */
  readonly name: string;
  /** What logs and messages call it; unique. The name, unless the table says otherwise. */
  readonly label: string;
  /** The .wasm file, if the configuration names one; otherwise `NAME.wasm` in `plugins.directories`. */
  readonly file?: string;
  /** Stands in place of the manifest's. */
  readonly onError?: OnError;
  /** Checked against the plugin's manifest when it is loaded. */
  readonly settings: JsonObject;
  /** What the operator lets it do, as written: `dns`, `tcp:127.0.0.1:3310`. Read by src/plugins/grants.ts. */
  readonly grant: readonly string[];
  readonly state: PluginState;
  readonly limits: PluginLimits;
  /** What is made of its refusals; not the plugin's business. */
  readonly policy: Policy;
  /** It is not even loaded. */
  readonly off: boolean;
}
