// The shipped configuration with what a day needs: every change to it stands here.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../support/runtimes.ts";

/** Where what the server asks is to be found on this day. */
export interface Surroundings {
  /** Of the name server. */
  readonly dns: number;
  /** Of the server that knows the recipients. */
  readonly hop: number;
  readonly database: string;
  readonly p0f: string;
}

type Change = readonly [shipped: string, changed: string];

/** Who we are, who says whose clients they are, and times and sizes that fit into a few seconds. */
function changesOfBothDays({ dns }: Surroundings): readonly Change[] {
  return [
    ['# hostname = "mx.example.org"', 'hostname = "mx.here.example"'],
    ["# Proxies that send the PROXY header, for listeners with proxy = true.\n# proxy = []", 'proxy = ["127.0.0.1"]'],
    ["# servers = []", `servers = ["127.0.0.1:${dns}"]`],
    ['# greeting_delay = "0s"', 'greeting_delay = "300ms"'],
    ['# data = "3m"', 'data = "4s"'],
    ['# delay = "1s"', 'delay = "50ms"'],
    ['# message_size = "25MB"', 'message_size = "1MB"'],
    ["# commands = 100000", "commands = 150"],
    ["# recipients = 1000", "recipients = 100"],
    // The machine of a test may be busy with other tests.
    ['# loop_lag = "500ms"', 'loop_lag = "1m"'],
  ];
}

/** What the file offers and is asked on the second day, besides `greylisting`, `karma`, `dns_whitelist_soft`. */
function changesOfTheSecond({ hop, database, p0f }: Surroundings): readonly Change[] {
  return [
    ["max_load = 7", "max_load = 10000"],
    ["mmdb:/usr/share/GeoIP/GeoLite2-Country.mmdb", `mmdb:${database}`],
    ["tcp:unix:/run/p0f.sock", `tcp:unix:${p0f}`],
    ["tcp:127.0.0.1:2526", `tcp:127.0.0.1:${hop}`],
    ['settings = { server = "127.0.0.1:2526" }', `settings = { server = "127.0.0.1:${hop}" }`],
    ...["mail", "rcpt", "data", "data_headers_end", "data_post", "queue"].map((hook): Change => {
      return [`# ${hook} = -10`, `${hook} = -10`];
    }),
  ];
}

/** Settings for plugins that have none in the file. */
function settingsOfTheSecond({ p0f }: Surroundings): { readonly [plugin: string]: string } {
  return {
    greylisting: "black_timeout = 4, grey_timeout = 600",
    geoip: 'refuse = ["XX"]',
    p0f: `socket = "${p0f}"`,
  };
}

/** They need a program or a server that knows users; other tests ask them. */
const leftOut = ["auth_checkpassword", "auth_imap", "auth_ldap", "auth_sql"];

const listeners = `
[[listener]]
address = "127.0.0.1:0"
proxy = true

[[listener]]
address = "127.0.0.1:0"
mode = "submission"
proxy = true

[[listener]]
address = "127.0.0.1:0"
`;

/** The plugins of the file that are not asked as it comes. */
export function offeredPlugins(toml: string = shipped()): readonly string[] {
  return [...toml.matchAll(/^# \[\[plugin\]\]\n# name = "(\w+)"/gm)].map(([, name = ""]) => name);
}

/** Throws if the file no longer has what is to be changed. */
export function configurationOfTheDay(surroundings: Surroundings, isAllOn: boolean): string {
  const changes = [...changesOfBothDays(surroundings), ...isAllOn ? changesOfTheSecond(surroundings) : []];
  let toml = shipped();
  const settings = settingsOfTheSecond(surroundings);
  for (const name of isAllOn ? offeredPlugins(toml) : []) {
    if (!leftOut.includes(name)) toml = switchedOn(toml, name, settings[name]);
  }
  return patient(changes.reduce(changed, toml)) + listeners;
}

function changed(toml: string, [shipped, to]: Change): string {
  const lines = toml.split(shipped).length - 1;
  if (lines === 0) throw new Error(`config/qpsmtpd.toml has no ${JSON.stringify(shipped)} any more`);
  return toml.replaceAll(shipped, to);
}

/** A plugin that is kept from running counts as one that runs. */
function patient(toml: string): string {
  return toml.replaceAll(/^\[\[plugin\]\]\n(name = .*\n)/gm, '[[plugin]]\n$1limits = { cpu = "5s", wall = "20s" }\n');
}

/** Removes "# " in front of the plugin's table. */
function switchedOn(toml: string, name: string, settings: string | undefined): string {
  const table = new RegExp(`^# \\[\\[plugin\\]\\]\n# name = "${name}"\n(?:# .*\n)*`, "m");
  return toml.replace(table, (text) => {
    const on = text.replaceAll(/^# /gm, "");
    return settings === undefined ? on : `${on}settings = { ${settings} }\n`;
  });
}

function shipped(): string {
  return readFileSync(join(projectRoot, "config/qpsmtpd.toml"), "utf8");
}
