// qpsmtpd's plugins that have one here: what goes by another name, and what they do without being told.
//
// An argument that is not named here goes by its own name, if the plugin's manifest has a setting of that name.

import { type ArgumentEffect, atConnect, gone, later, type PluginRow } from "./plugin_row.ts";
import { connectionLevel } from "./log_levels.ts";
import { earlytalker } from "./earlytalker_row.ts";
import type { Around, MadeList } from "./effect.ts";
import { type PluginLine, readArguments } from "./plugin_line.ts";
import type { OldFolder } from "./old_folder.ts";
import { greylisting } from "./greylisting_row.ts";
import { authCheckpassword, authLdap, geoip, loadcheck, p0f } from "./outer_rows.ts";
import { rcptMap } from "./rcpt_map_row.ts";

const oneStore = gone("is not needed: the server has one store for all plugins");
const perm = { reject: "1", type: "perm" } as const;

export const pluginRows: { readonly [name: string]: PluginRow } = {
  auth_flat_file: {
    standing: () => ({ entries: [{ key: "auth.mechanisms", value: ["CRAM-MD5", "PLAIN", "LOGIN"] }] }),
  },
  auth_checkpassword: authCheckpassword,
  auth_ldap_bind: authLdap,
  badmailfrom: { refuses: perm, immune: later },
  badrcptto: { immune: later },
  connection_time: { bare: "loglevel", arguments: { loglevel: connectionLevel } },
  count_unrecognized_commands: { bare: "max" },
  dnsbl: { refuses: perm, immune: later, bare: "reject_type" },
  earlytalker,
  fcrdns: {
    immune: atConnect,
    arguments: {
      reject: gone("had no effect there: the plugin never refused, and does not here unless you set refuse = true"),
      reject_type: gone("had no effect there: the plugin never refused"),
    },
  },
  geoip,
  greylisting,
  headers: {
    refuses: perm,
    immune: later,
    standing: () => ({ settings: { require: ["From"] } }),
  },
  helo: {
    refuses: { reject: "1", type: "disconnect", forced: true },
    immune: later,
    arguments: {
      dns_timeout: (value) =>
        /^[1-9]$/.test(value) ? { settings: { timeout: Number(value) } } : { wrong: "must be 1 to 9 seconds" },
    },
    standing: () => ({ settings: { add_header: true } }),
  },
  help: {
    arguments: { help_dir: gone("is a folder: write its texts into the list help_topics, one line each") },
  },
  karma: {
    refuses: { reject: "naughty", type: "disconnect" },
    immune: atConnect,
    arguments: { db_dir: oneStore, nfslock: oneStore },
    standing: tooBad,
  },
  loadcheck,
  noop_counter: { bare: "max" },
  p0f,
  random_error: { bare: "percent" },
  rcpt_map: rcptMap,
  rcpt_ok: { standing: moreDomains },
  relay: { standing: moreClients },
  resolvable_fromhost: { refuses: { reject: "1", type: "soft" }, immune: later },
  rhsbl: { refuses: perm, immune: later, bare: "reject_type" },
  whitelist: {
    arguments: { per_recipient: gone("does not exist here: give a plugin the recipients it is asked for, by `for`") },
  },
};

/** Below -4 it refused at DATA and behind the message, if it refused at all. */
function tooBad({ naughty }: Around, { words }: PluginLine): ArgumentEffect {
  const reject = readArguments(words, []).findLast(({ name }) => name === "reject")?.value ?? "naughty";
  if (reject === "0" || (reject === "naughty" && naughty === undefined)) return {};
  return { entries: [{ key: "policy.thresholds.data", value: -5 }, { key: "policy.thresholds.data_post", value: -5 }] };
}

/** More domains are in a database of qmail's, whose source mostly lies beside it. */
function moreDomains({ old }: Around): ArgumentEffect {
  const name = "morercpthosts";
  const append = [`$include ${name}`];
  if (old.has(name)) return { copies: [{ from: "rcpthosts", to: "rcpthosts", append }, { from: name, to: name }] };
  const made = fromDatabase(old, name);
  return made.length === 0 ? {} : { copies: [{ from: "rcpthosts", to: "rcpthosts", append }], made };
}

function moreClients({ old }: Around): ArgumentEffect {
  return old.has("morerelayclients") ? {} : { made: fromDatabase(old, "morerelayclients") };
}

function fromDatabase(old: OldFolder, name: string): readonly MadeList[] {
  const lines = old.lines(`${name}.cdb`).map(({ text }) => text);
  return lines.length === 0 ? [] : [{ name, comment: `${name}.cdb`, lines }];
}
