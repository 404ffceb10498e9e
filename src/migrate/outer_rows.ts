// Plugins that ask something outside: a file, a socket, a program, which stands in their grants.

import { join } from "node:path";
import type { Around } from "./effect.ts";
import { firstLine } from "./old_folder.ts";
import { type PluginLine, readArguments } from "./plugin_line.ts";
import { type ArgumentEffect, atConnect, gone, type PluginRow } from "./plugin_row.ts";

export const geoip: PluginRow = {
  arguments: { db_dir: () => ({}) },
  standing: ({ old }, line) => {
    const folder = given(line, "db_dir") ?? "/usr/local/share/GeoIP";
    const files = ["GeoLite2-City.mmdb", "GeoLite2-Country.mmdb"].map((name) => join(folder, name));
    return { scopes: { mmdb: files.find((path) => old.has(path)) ?? files[0] ?? "" } };
  },
};

export const p0f: PluginRow = {
  // It refused at RCPT.
  refuses: { reject: "late", type: "perm" },
  immune: atConnect,
  bare: "socket",
  arguments: {
    version: (value) => value === "3" ? {} : { lost: "is 3, always: p0f version 2 is not spoken" },
    local_ip: gone("is not needed"),
  },
  standing: (_, { words: [socket = ""] }) => socket.startsWith("/") ? { scopes: { tcp: `unix:${socket}` } } : {},
};

export const loadcheck: PluginRow = {
  arguments: {
    cache_time: gone("is not needed: the load is looked at by the server"),
    uptime: gone("is not needed: the load is looked at by the server"),
  },
};

export const authCheckpassword: PluginRow = { standing: checkpassword };

/** `checkpw PROGRAM true PROGRAM` in the line, or both programs in a file of their own. */
function checkpassword({ old }: Around, line: PluginLine): ArgumentEffect {
  const [fromFile, trueFromFile] = firstLine(old, "smtpauth-checkpassword")?.text.split(/\s+/) ?? [];
  const program = given(line, "checkpw") ?? fromFile;
  if (program === undefined) return {};
  const settings = trueFromFile === undefined ? { checkpw: program } : { checkpw: program, true: [trueFromFile] };
  return { settings, scopes: { run: program } };
}

export const authLdap: PluginRow = { plugin: "auth_ldap", standing: directory };

/** All of it stood in the file `ldap`, a name and a value a line. */
function directory({ old }: Around): ArgumentEffect {
  const pairs = old.lines("ldap").map(({ text }) => /^(\w+)[\s=]+(.*)$/.exec(text) ?? []);
  const values = new Map(pairs.map(([, name = "", value = ""]) => [name, value.trim()]));
  const host = values.get("ldap_host") ?? "127.0.0.1";
  const server = `ldap://${host}:${values.get("ldap_port") ?? 389}`;
  const taken = ["ldap_base", "ldap_auth_filter_attr"].flatMap((name): [string, string][] => {
    const value = values.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const isLocal = host === "localhost" || host.startsWith("127.");
  return {
    settings: { server, ...(isLocal ? { start_tls: false } : {}), ...Object.fromEntries(taken) },
    scopes: { ldap: server },
    ...(isLocal ? {} : { differs: "the directory is asked over STARTTLS: start_tls = false is as it was" }),
  };
}

function given({ words }: PluginLine, name: string): string | undefined {
  return readArguments(words, []).findLast((argument) => argument.name === name)?.value;
}
