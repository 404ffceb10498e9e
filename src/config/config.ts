// The configuration as the rest of the program sees it: every value present, in base units, every path absolute.

import type { TlsChoice } from "../tls/material.ts";
import type { JsonObject } from "../../sdk/contract/contract.ts";
import type { OnError } from "../../sdk/contract/manifest.ts";
import type { DatabaseChoices } from "../sql/choice.ts";
import type { HopChoice } from "../delivery/hop_settings.ts";
import type { ServerAddress } from "../dns/server_address.ts";
import type { LogTarget } from "../log/targets.ts";
import type { Policy } from "../policy/policy.ts";
import type { TelemetryChoice } from "../telemetry/choice.ts";
import type { Terms } from "../policy/terms.ts";
import type { PluginLimits, PluginState } from "../plugins/plugin_limits.ts";
import type { Keep } from "../receipts/record.ts";
import type { AdminChoice } from "./admin_schema.ts";
import type { ListsChoice } from "./lists_schema.ts";
import type { Limits, Overload, ProcessChoice, Timeouts } from "./limits.ts";
import type {
  AuthChoice,
  ExtensionsChoice,
  Listener,
  ResultsChoice,
  SmugglingChoice,
  TrustChoice,
} from "./protocol.ts";

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
  readonly authenticationResults: ResultsChoice;
  readonly overload: Overload;
  readonly process: ProcessChoice;
  readonly policy: PolicyChoice;
  readonly lists: ListsChoice;
  /** The folder of everything the daemon writes. */
  readonly state: string;
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  readonly spool: SpoolLimits;
  readonly delivery: DeliveryChoice;
  readonly log: LogChoice;
  readonly receipts: ReceiptsChoice;
  readonly dns: DnsChoice;
  /** What plugins may ask by `sql`, by name. */
  readonly database: DatabaseChoices;
  readonly reload: ReloadChoice;
  readonly admin: AdminChoice;
  readonly telemetry: TelemetryChoice;
  readonly plugins: PluginsChoice;
  /** In the order of the file. */
  readonly plugin: readonly PluginEntry[];
}

/** Of all plugins together. */
export interface PolicyChoice extends Terms {
  /** The folder of what recipients want otherwise. */
  readonly recipients: string;
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

export interface LogChoice {
  readonly targets: readonly LogTarget[];
}

/** Codes of refusals, and what is kept for `qpsmtpd explain`. */
export interface ReceiptsChoice {
  /** Whether every refusal ends in its code. */
  readonly inReplies: boolean;
  readonly keep: Keep;
  /** Octets and milliseconds. */
  readonly size: number;
  readonly age: number;
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

/** Where plugins lie, and whose are run; paths are absolute. */
export interface PluginsChoice {
  readonly directories: readonly string[];
  readonly signatures: "off" | "required";
  /** Ed25519 public keys in base64, or PEM files. */
  readonly trustedKeys: readonly ({ readonly key: string } | { readonly file: string })[];
}

/** Against the word of the configuration. */
export interface ChangedPlugin {
  /** SHA-256 of the file that was deployed in the place of the configured one. */
  readonly digest?: string;
  readonly version?: string;
  /** False: switched off. */
  readonly enabled: boolean;
  /** Keys of the policy. */
  readonly policy: readonly string[];
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
  /** Lower ones are asked earlier. */
  readonly order: number;
  /** It is not even loaded. */
  readonly off: boolean;
  /** What the API has changed of it since, which is in the members above already; see src/deployments. */
  readonly changed?: ChangedPlugin;
}
