// Every key of config/qpsmtpd.toml: its type, its default, its meaning. The JSON Schema for editors is made of this.

import * as v from "valibot";
import type { TlsChoice } from "../tls/material.ts";
import type { JsonObject } from "../../sdk/contract/contract.ts";
import type { OnError } from "../../sdk/contract/manifest.ts";
import { admin, type AdminChoice } from "./admin_schema.ts";
import { camelKeys } from "./camel_keys.ts";
import { database, type DatabaseTables } from "./database_schema.ts";
import type { DnsChoice, PluginsChoice, ReceiptsChoice, ReloadChoice, SmtpDelivery, SpoolLimits } from "./config.ts";
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
import {
  immune,
  manner,
  mode,
  order,
  policy,
  type PolicyKeys,
  type PolicyTable,
  recipients,
  score,
} from "./policy_schema.ts";
import type { PluginLimits, PluginState } from "../plugins/plugin_limits.ts";
import { choice, count, domain, duration, flag, grant, host, keyed, label, list } from "./schema_values.ts";
import { listenAddress, path, pathPattern, section, serverAddress, settings, size } from "./schema_values.ts";
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
  readonly delivery: {
    readonly backend: "maildir" | "discard" | "smtp";
    readonly maildir: { readonly path: string };
    readonly smtp: SmtpTable;
  };
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

/** `[delivery.smtp]`: the host may be missing while another backend is chosen. */
export type SmtpTable = Omit<SmtpDelivery, "backend" | "host" | "hello"> & {
  readonly host?: string;
  readonly hello?: string;
};

/** One `[[plugin]]` table. */
export interface PluginTable extends PolicyTable {
  readonly name: string;
  readonly label?: string;
  readonly file?: string;
  readonly onError?: OnError;
  readonly settings: JsonObject;
  readonly grant: readonly string[];
  readonly state: PluginState;
  readonly limits: LimitsTable;
}

/** `[plugin.limits]`: memory in octets, of which an instance gets the whole pages. */
export type LimitsTable = Omit<PluginLimits, "memoryPages"> & { readonly memory: number };

const smtp = section("Delivery to the next server by SMTP.", {
  host: v.exactOptional(v.pipe(host(), v.description("Name or address of the next server."))),
  port: count(25, 65535, "Its port."),
  path: v.exactOptional(v.pipe(path(), v.description("A Unix socket, in the place of host and port."))),
  protocol: keyed(choice(["smtp", "lmtp"]), "smtp", "lmtp (RFC 2033): it delivers, and answers for each recipient."),
  hello: v.exactOptional(v.pipe(domain(), v.description("The name given with EHLO; if absent, hostname."))),
  tls: v.exactOptional(v.pipe(
    choice(["off", "may", "must", "verify"]),
    v.description("Encrypted if it can be (may), always (must), or to nobody but the host itself (verify)."),
  )),
  implicit_tls: flag(false, "TLS from the first octet on, as on port 465."),
  tls_name: v.exactOptional(v.pipe(host(), v.description("Whom its certificate must name, if not host."))),
  ca: v.exactOptional(v.pipe(path(), v.description("PEM file of the authorities that are trusted."))),
  user: v.exactOptional(
    v.pipe(v.string(), v.regex(/^[^\0]{1,255}$/, "expected a user's name"), v.description("For AUTH.")),
  ),
  password_file: v.exactOptional(v.pipe(path(), v.description("The file that holds the password, and nothing else."))),
  auth_without_tls: flag(false, "Whether the password may go over a connection that is not encrypted."),
  connections: count(20, 1000, "Most connections at the same time."),
  timeouts: section("How long the next server may take.", {
    connect: duration("30s", "To take the connection."),
    command: duration("5m", "To greet and to answer a command (RFC 5321 §4.5.3.2.1 to §4.5.3.2.5)."),
    data: duration("10m", "To take the message after its last octet (RFC 5321 §4.5.3.2.6)."),
  }),
});

const pluginLimits = section("What one call of the plugin may use.", {
  cpu: duration("50ms", "Its own running; waiting for DNS and the like does not count."),
  wall: duration("10s", "All of it, waiting included."),
  memory: size("32MiB", "Memory of one instance; whole pages of 64KiB."),
  table_entries: count(10_000, 10_000_000, "Entries of its tables of functions."),
  input: size("256KiB", "The event it is asked with."),
  output: size("64KiB", "Its answer."),
  host_calls: count(100, 1_000_000, "Requests to capabilities."),
  log: size("16KiB", "What it writes to the log."),
});

const plugin: v.GenericSchema<unknown, PluginTable> = v.pipe(
  v.strictObject({
    name: v.pipe(
      label(),
      v.description("The plugin: NAME.wasm in one of plugins.directories, or one that came with the program."),
    ),
    label: v.exactOptional(v.pipe(label(), v.description("Its name in logs, for a second instance of one plugin."))),
    file: v.exactOptional(v.pipe(path(), v.description("Its .wasm file, relative to this file."))),
    on_error: v.exactOptional(
      v.pipe(choice(["defer", "pass", "reject"]), v.description("What the client is told when the plugin fails.")),
    ),
    settings: keyed(settings(), {}, "The plugin's own settings; its README names them."),
    grant: keyed(list(grant(), 0, 100), [], "What it may do of what its manifest needs, such as dns."),
    state: keyed(
      choice(["fresh", "keep"]),
      "fresh",
      "Whether a call begins with the memory that configure left, or with that of the last call.",
    ),
    limits: pluginLimits,
    mode,
    as: v.exactOptional(manner),
    immune,
    for: recipients,
    score,
    order,
  }, "expected a [[plugin]] table"),
  v.transform(camelKeys),
);

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
  delivery: section("Where accepted mail goes.", {
    backend: keyed(choice(["maildir", "discard", "smtp"]), "maildir", "The way that is taken."),
    maildir: section("Delivery into Maildirs.", {
      path: keyed(
        pathPattern(),
        "maildir",
        "The folder, relative to state; %l, %d and %u are the recipient's local-part, domain and mailbox.",
      ),
    }),
    smtp,
  }),
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
