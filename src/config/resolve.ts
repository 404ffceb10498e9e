// Makes the final configuration of a checked file: paths absolute, names filled in, the values that depend on others.

import { resolve } from "node:path";
import type { TlsChoice } from "../tls/material.ts";
import type { AdminChoice } from "./admin_schema.ts";
import type { Config, DeliveryChoice, PluginEntry, PluginsChoice } from "./config.ts";
import { problemsOf, warningsOf } from "./consistency.ts";
import type { DatabaseTable, DatabaseTables } from "./database_schema.ts";
import { resolveLog } from "./resolve_log.ts";
import type { ListsChoice } from "./lists_schema.ts";
import type { Listener } from "./protocol.ts";
import type { Policy } from "../policy/policy.ts";
import type { ConfigFile } from "./schema.ts";
import type { PluginTable } from "./plugin_schema.ts";
import type { TelemetryChoice } from "../telemetry/choice.ts";
import { type ListenAddress, octetsPerPage } from "./units.ts";

/** What the command line says instead of the file. `state` is absolute. */
export interface Overrides {
  readonly listen?: readonly ListenAddress[];
  readonly state?: string;
  readonly admin?: AdminChoice["listen"];
}

/** Where the file lies and what the system says. */
export interface Surroundings {
  /** The file as messages name it. */
  readonly file: string;
  /** Its folder, absolute. */
  readonly folder: string;
  readonly systemHostname: string;
  readonly overrides: Overrides;
}

/** `problems` keep the configuration from being used, `warnings` do not; both are `path: what`. */
export interface Resolved {
  readonly config: Config;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Pure: looks at no file. */
export function resolveConfig(file: ConfigFile, around: Surroundings): Resolved {
  const hostname = file.hostname ?? around.systemHostname;
  const state = around.overrides.state ?? resolve(around.folder, file.state);
  const config: Config = {
    file: around.file,
    folder: around.folder,
    hostname,
    listen: listenersOf(file, around.overrides.listen),
    tls: resolveTls(file.tls, around.folder),
    auth: file.auth,
    trust: file.trust,
    smuggling: file.smuggling,
    extensions: file.extensions,
    authenticationResults: file.authentication_results,
    overload: file.overload,
    process: file.process,
    policy: { ...file.policy, recipients: resolve(around.folder, file.policy.recipients) },
    lists: resolveLists(file.lists, around.folder),
    state,
    limits: file.limits,
    timeouts: file.timeouts,
    spool: file.spool,
    delivery: resolveDelivery(file, hostname, state, around.folder),
    log: { targets: resolveLog(file.log, { hostname, state, folder: around.folder }) },
    receipts: file.receipts,
    dns: file.dns,
    database: resolveDatabases(file.database, around.folder),
    reload: file.reload,
    admin: around.overrides.admin === undefined ? file.admin : { ...file.admin, listen: around.overrides.admin },
    telemetry: resolveTelemetry(file.telemetry, around.folder),
    plugins: resolvePlugins(file.plugins, around.folder),
    plugin: file.plugin.map((table) => resolvePlugin(table, around.folder)),
  };
  return { config, problems: [...problemsOf(file, config)], warnings: warningsOf(config) };
}

/** Addresses of the command line stand in for all of the file's. */
function listenersOf({ listen, listener }: ConfigFile, overriding?: readonly ListenAddress[]): readonly Listener[] {
  const plain = (address: ListenAddress): Listener => ({ ...address, tls: "offered", mode: "smtp", proxy: false });
  if (overriding !== undefined) return overriding.map(plain);
  const usual = listener.length === 0 ? [{ host: "127.0.0.1", port: 2525 }] : [];
  const special = listener.map(({ address, tls, mode, proxy }): Listener => {
    return { ...address, mode, proxy, tls: tls ?? (mode === "submission" ? "required" : "offered") };
  });
  return [...(listen ?? usual).map(plain), ...special];
}

function resolveTls(tls: TlsChoice, folder: string): TlsChoice {
  const { clientAuthorities, ...rest } = tls;
  return {
    ...rest,
    certificates: tls.certificates.map(({ certificate, key }) => {
      return { certificate: resolve(folder, certificate), key: resolve(folder, key) };
    }),
    ...(clientAuthorities === undefined ? {} : { clientAuthorities: resolve(folder, clientAuthorities) }),
  };
}

function resolveDelivery(file: ConfigFile, hostname: string, state: string, folder: string): DeliveryChoice {
  const { backend, maildir, smtp } = file.delivery;
  if (backend === "discard") return { backend };
  if (backend === "maildir") return { backend, path: resolve(state, maildir.path) };
  return {
    ...smtp,
    backend,
    host: smtp.host ?? "",
    hello: smtp.hello ?? hostname,
    ...(smtp.path === undefined ? {} : { path: resolve(folder, smtp.path) }),
    ...(smtp.ca === undefined ? {} : { ca: resolve(folder, smtp.ca) }),
    ...(smtp.passwordFile === undefined ? {} : { passwordFile: resolve(folder, smtp.passwordFile) }),
  };
}

function resolveDatabases(tables: DatabaseTables, folder: string): DatabaseTables {
  const absolute = (table: object): object => {
    const paths = Object.entries(table).filter(([key]) => key === "path" || key === "passwordFile" || key === "ca");
    return { ...table, ...Object.fromEntries(paths.map(([key, path]) => [key, resolve(folder, String(path))])) };
  };
  return Object.fromEntries(
    Object.entries(tables).map(([name, table]) => [name, absolute(table) as DatabaseTable]),
  );
}

function resolveLists(lists: ListsChoice, folder: string): ListsChoice {
  const { ca } = lists;
  return ca === undefined ? lists : { ...lists, ca: resolve(folder, ca) };
}

function resolveTelemetry(telemetry: TelemetryChoice, folder: string): TelemetryChoice {
  const { headersFile } = telemetry;
  return headersFile === undefined ? telemetry : { ...telemetry, headersFile: resolve(folder, headersFile) };
}

/** 32 octets in base64 are no name that a file has. */
function resolvePlugins(
  { directories, signatures, trustedKeys }: ConfigFile["plugins"],
  folder: string,
): PluginsChoice {
  return {
    directories: directories.map((directory) => resolve(folder, directory)),
    signatures,
    trustedKeys: trustedKeys.map((text) => {
      return /^[A-Za-z0-9+/]{43}=$/.test(text) ? { key: text } : { file: resolve(folder, text) };
    }),
  };
}

function resolvePlugin(table: PluginTable, folder: string): PluginEntry {
  const { name, label = name, file, onError, settings, grant, state } = table;
  const { memory, ...limits } = table.limits;
  return {
    name,
    label,
    settings,
    grant,
    state,
    limits: { ...limits, memoryPages: Math.floor(memory / octetsPerPage) },
    policy: resolvePolicy(table),
    order: table.order,
    off: table.mode === "off",
    ...(file === undefined ? {} : { file: resolve(folder, file) }),
    ...(onError === undefined ? {} : { onError }),
  };
}

function resolvePolicy({ mode, as, immune, for: recipients, score }: PluginTable): Policy {
  return {
    mode: mode === "off" ? "monitor" : mode,
    immune,
    for: recipients,
    refusalScore: score.refusal,
    weight: score.weight,
    ...(as === undefined ? {} : { as }),
  };
}
