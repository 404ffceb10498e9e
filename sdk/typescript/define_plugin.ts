// The shape of a plugin written in TypeScript. `definePlugin` changes nothing: it only gives the compiler the types.

import type { HookName, JsonObject } from "../contract/contract.ts";
import type { Events } from "../contract/event.ts";
import type { Answer } from "../contract/verdict.ts";

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

/** What a plugin can do besides answering. */
export interface Host {
  /** One line into the server's log, with the plugin's name. */
  log(level: "debug" | "info" | "warn" | "error", text: string): void;
}

/**
 * One function a hook; each may be left out. `Setup` is what `configure` makes of the operator's settings, once, and
 * what every hook gets back. Nothing else is remembered between calls but `notes`.
 */
export type Plugin<Setup> =
  & { readonly configure?: (given: Given, host: Host) => Setup }
  & { readonly [H in HookName]?: (event: Events[H], setup: Setup, host: Host) => Answer | void };

/** Declares a plugin: `export default definePlugin({ rcpt(event) { … } })`. */
export function definePlugin<Setup = undefined>(plugin: Plugin<Setup>): Plugin<Setup> {
  return plugin;
}
