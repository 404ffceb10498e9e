// The tables `[[plugin]]` of config/qpsmtpd.toml: which plugin, what it may, and what its word is worth.

import * as v from "valibot";
import type { JsonObject } from "../../sdk/contract/contract.ts";
import type { OnError } from "../../sdk/contract/manifest.ts";
import { camelKeys } from "./camel_keys.ts";
import { immune, manner, mode, order, type PolicyTable, recipients, score } from "./policy_schema.ts";
import type { PluginLimits, PluginState } from "../plugins/plugin_limits.ts";
import { choice, count, duration, grant, keyed, label, list, path, section, settings, size } from "./schema_values.ts";

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

export const plugin: v.GenericSchema<unknown, PluginTable> = v.pipe(
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
