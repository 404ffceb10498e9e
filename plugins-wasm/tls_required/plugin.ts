// Refuses mail or authentication over connections that are not encrypted.

import { definePlugin, pass, reject } from "#sdk";
import type { Answer, Asked, Given, Plugin } from "#sdk";

/** Ports of the server; empty for all. */
type Ports = ReadonlySet<number>;

const guarded = ["auth", "mail"] as const;

const plugin: Plugin<Ports> = definePlugin({
  configure(given): Ports {
    const hooks = given.settings["hooks"] as readonly string[];
    for (const [i, hook] of hooks.entries()) {
      if (guarded.some((each) => each === hook)) continue;
      given.problem(`settings.hooks[${i}]`, 'is neither "mail" nor "auth"');
    }
    if (hooks.length === 0) given.problem("settings.hooks", 'names no hook: write ["mail"], or mode = "off"');
    given.unused(...guarded.filter((hook) => !hooks.includes(hook)));
    return readPorts(given);
  },

  auth: judge,
  mail: judge,
});

export default plugin;

function judge({ session: { tls, server } }: Asked, ports: Ports): Answer {
  if (tls !== undefined || (ports.size > 0 && !ports.has(server.port))) return pass();
  // RFC 3207 §4
  return reject("Must issue a STARTTLS command first", { code: 530, status: "5.7.0" });
}

function readPorts(given: Given): Ports {
  const ports = given.settings["ports"] as readonly string[];
  for (const [i, port] of ports.entries()) {
    if (/^[1-9]\d{0,4}$/.test(port) && Number(port) < 65_536) continue;
    given.problem(`settings.ports[${i}]`, 'is no port: write "587", in quotation marks');
  }
  return new Set(ports.map(Number));
}
