// The shape of a plugin written in TypeScript. `definePlugin` changes nothing: it only gives the compiler the types.

import type { HookName, JsonObject } from "../contract/contract.ts";
import type { Events } from "../contract/event.ts";
import type { Answer } from "../contract/verdict.ts";
import type { Clock } from "./host/clock.ts";
import type { Content } from "./host/content.ts";
import type { Crypto } from "./host/crypto.ts";
import type { Dns } from "./host/dns.ts";
import type { Http } from "./host/http.ts";
import type { Ldap } from "./host/ldap.ts";
import type { Mmdb } from "./host/mmdb.ts";
import type { Run } from "./host/run.ts";
import type { Sql } from "./host/sql.ts";
import type { Store } from "./host/store.ts";
import type { Tcp } from "./host/tcp.ts";

/** What the operator configured, and a way to object to it. */
export interface Given {
  readonly settings: JsonObject;
  /** Lines of the list files named in plugin.json; a file that is not there has no lines. */
  readonly lists: { readonly [name: string]: readonly string[] };
  readonly serverName: string;
  /** Says what is wrong and where (`lists.badmailfrom[3]`, `settings.max`): the plugin is then not loaded. */
  problem(path: string, message: string): void;
  /** These hooks need not be asked with this configuration, which saves the calls. */
  unused(...hooks: readonly HookName[]): void;
}

/** What a plugin can do while it is configured. */
export interface ConfiguringHost {
  /** One line into the server's log, with the plugin's name. */
  log(level: "debug" | "info" | "warn" | "error", text: string): void;
}

/**
 * What a hook can do besides answering. All but `log` is there only if plugin.json names it among its needs and the
 * operator grants it. Every function waits until the host has done it, and throws a HostError if the host refuses.
 */
export interface Host extends ConfiguringHost {
  readonly dns: Dns;
  readonly store: Store;
  readonly http: Http;
  readonly tcp: Tcp;
  readonly run: Run;
  readonly ldap: Ldap;
  readonly sql: Sql;
  readonly content: Content;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly mmdb: Mmdb;
}

/**
 * One function a hook; each may be left out. `Setup` is what `configure` makes of the operator's settings, once, and
 * what every hook gets back. Nothing else is remembered between calls but `notes`.
 */
export type Plugin<Setup> =
  & { readonly configure?: (given: Given, host: ConfiguringHost) => Setup }
  & { readonly [H in HookName]?: (event: Events[H], setup: Setup, host: Host) => Answer | void };

/** Declares a plugin: `export default definePlugin({ rcpt(event) { … } })`. */
export function definePlugin<Setup = undefined>(plugin: Plugin<Setup>): Plugin<Setup> {
  return plugin;
}
