// Every key of config/qpsmtpd.toml: its type, its default, its meaning. The JSON Schema for editors is made of this.

import * as v from "valibot";
import type { TlsChoice } from "../tls/material.ts";
import { admin, type AdminChoice } from "./admin_schema.ts";
import { database, type DatabaseTables } from "./database_schema.ts";
import type { DnsChoice, PluginsChoice, ReceiptsChoice, ReloadChoice, SpoolLimits } from "./config.ts";
import { delivery, type DeliveryTable } from "./delivery_schema.ts";
import type { Limits, Overload, ProcessChoice, Timeouts } from "./limits.ts";
import { limits, overload, process, timeouts } from "./limits_schema.ts";
import { lists, type ListsChoice } from "./lists_schema.ts";
import { log, type LogTable } from "./log_schema.ts";
import type { AuthChoice, ExtensionsChoice, ResultsChoice, SmugglingChoice, TrustChoice } from "./protocol.ts";
import {
  auth,
  authenticationResults,
  extensions,
  listener,
  type ListenerTable,
  smuggling,
  tls,
  trust,
} from "./protocol_schema.ts";
import type { TelemetryChoice } from "../telemetry/choice.ts";
import { telemetry } from "./telemetry_schema.ts";
import { plugin, type PluginTable } from "./plugin_schema.ts";
import { policy, type PolicyKeys } from "./policy_schema.ts";
import { choice, domain, duration, flag, keyed, list } from "./schema_values.ts";
import { listenAddress, path, section, serverAddress, size } from "./schema_values.ts";
import type { ListenAddress } from "./units.ts";

/** The file's content, checked and in base units; paths are as written. */
export interface ConfigFile {
  readonly hostname?: string;
  readonly listen?: readonly ListenAddress[];
  readonly listener: readonly ListenerTable[];
  readonly tls: TlsChoice;
  readonly auth: AuthChoice;
  readonly trust: TrustChoice;
  readonly smuggling: SmugglingChoice;
  readonly extensions: ExtensionsChoice;
  readonly authentication_results: ResultsChoice;
  readonly overload: Overload;
  readonly process: ProcessChoice;
  readonly policy: PolicyKeys;
  readonly lists: ListsChoice;
  readonly state: string;
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  readonly spool: SpoolLimits;
  readonly delivery: DeliveryTable;
  readonly log: LogTable;
  readonly receipts: ReceiptsChoice;
  readonly dns: DnsChoice;
  readonly database: DatabaseTables;
  readonly reload: ReloadChoice;
  readonly admin: AdminChoice;
  readonly telemetry: TelemetryChoice;
  readonly plugins: {
    readonly directories: readonly string[];
    readonly signatures: PluginsChoice["signatures"];
    readonly trustedKeys: readonly string[];
  };
  readonly plugin: readonly PluginTable[];
}

/** The whole file. Unknown keys are refused at every depth but inside a plugin's `settings`. */
export const configSchema: v.GenericSchema<unknown, ConfigFile> = v.strictObject({
  hostname: v.exactOptional(
    v.pipe(domain(), v.description("What the server calls itself; if absent, the system's host name.")),
  ),
  listen: v.exactOptional(v.pipe(
    list(listenAddress(), 1, 100),
    v.description("Where to listen for other servers: HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME."),
  )),
  listener: keyed(list(listener, 0, 100), [], "Addresses where something else is spoken, or with other settings."),
  tls,
  auth,
  trust,
  smuggling,
  extensions,
  authentication_results: authenticationResults,
  overload,
  process,
  policy,
  lists,
  state: keyed(path(), "../var", "The folder of all that the server writes, relative to this file."),
  limits,
  timeouts,
  spool: section("Messages on their way in.", {
    memory_threshold: size("1MB", "Mail data beyond this goes to a file."),
  }),
  delivery,
  log,
  receipts: section("Codes of refusals, and what is kept for qpsmtpd explain.", {
    in_replies: flag(true, "Whether every refusal ends in its code."),
    keep: keyed(
      choice(["all", "refusals", "off"]),
      "all",
      "Whose chain of decisions is kept: everybody's, or that of those who were refused something.",
    ),
    size: size("64MB", "Most that is kept; the oldest goes first."),
    age: duration("14d", "How long it is kept."),
  }),
  dns: section("Who is asked for names.", {
    servers: keyed(
      list(serverAddress(), 0, 10),
      [],
      "Name servers, asked in this order: ADDRESS or ADDRESS:PORT; if empty, those in /etc/resolv.conf.",
    ),
    timeout: duration("5s", "Longest wait for the answer to one question."),
  }),
  database,
  reload: section("How a change takes effect.", {
    watch: flag(false, "Whether a changed file is taken over at once; SIGHUP does it in any case."),
  }),
  admin,
  telemetry,
  plugins: section("Where plugins lie.", {
    directories: keyed(
      list(path(), 0, 100),
      [],
      "Folders, relative to this file, that are searched in order for NAME.wasm, before what came with the program.",
    ),
    signatures: keyed(
      choice(["off", "required"]),
      "off",
      "Whether only signed plugins are run, those that came with the program not excepted.",
    ),
    trusted_keys: keyed(
      list(path(), 0, 100),
      [],
      "Whose signatures count: Ed25519 public keys in base64, or PEM files, relative to this file.",
    ),
  }),
  plugin: keyed(list(plugin, 0, 1000), [], "The plugins; they are asked in this order, but for their own."),
});
