// Values that are right by themselves and wrong together, and those that are only worth a warning. Pure.

import { isAbsolute } from "node:path";
import type { Network } from "../networks/network.ts";
import { quote } from "../text/quote.ts";
import type { Config } from "./config.ts";
import { logProblems } from "./resolve_log.ts";
import type { ConfigFile } from "./schema.ts";
import type { PluginTable } from "./plugin_schema.ts";
import { domainPattern, formatListenAddress, octetsPerPage } from "./units.ts";

/** All that a 32-bit module can address. */
const mostMemory = 65_536 * octetsPerPage;

/** Each as `path: what`, the path dotted. */
export function* problemsOf(file: ConfigFile, { hostname, listen, state, delivery }: Config): Generator<string> {
  if (!domainPattern.test(hostname)) {
    yield `hostname: the system's host name ${quote(hostname)} is no domain name, so give one here`;
  }
  yield* hopProblems(file);
  yield* logProblems(file.log, state);
  if (delivery.backend === "maildir" && state.includes("%") && !isAbsolute(file.delivery.maildir.path)) {
    yield `state: ${quote(state)} has a %, which would be taken for a placeholder in the Maildir's path: move it`;
  }
  yield* listenProblems(listen);
  yield* protocolProblems(file);
  if (file.plugins.signatures === "required" && file.plugins.trustedKeys.length === 0) {
    yield `plugins.trusted_keys: empty, so no plugin could be run; "qpsmtpd plugin keygen FILE" makes a key`;
  }
  yield* pluginProblems(file.plugin);
}

function* hopProblems({ delivery: { backend, smtp } }: ConfigFile): Generator<string> {
  if (backend === "smtp" && smtp.host === undefined && smtp.path === undefined) {
    yield `delivery.smtp.host: missing; delivery.backend = "smtp" needs the next server's name or address`;
  }
  if ((smtp.user === undefined) !== (smtp.passwordFile === undefined)) {
    yield `delivery.smtp: user and password_file go together, and one of them is missing`;
  }
}

function* listenProblems(listen: Config["listen"]): Generator<string> {
  // Port 0 is another one each time.
  const names = listen.map(formatListenAddress).filter((name) => !name.endsWith(":0"));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) yield `listen: ${quote(twice)} is named twice, here or by a [[listener]]`;
}

function* protocolProblems({ listener, trust, auth, tls }: ConfigFile): Generator<string> {
  for (const [index, each] of listener.entries()) {
    const path = `listener.${index + 1}`;
    if (each.proxy && trust.proxy.length === 0) {
      yield `${path}.proxy: true, but trust.proxy is empty, so nobody could connect: name the proxies there`;
    }
    if (each.mode === "submission" && each.tls === "off" && !auth.withoutTls) {
      yield `${path}.tls: "off", but AUTH is offered in TLS alone, so nobody could submit a message: leave it out, ` +
        "or set auth.without_tls";
    }
  }
  const twice = auth.mechanisms.find((name, index) => auth.mechanisms.indexOf(name) < index);
  if (twice !== undefined) yield `auth.mechanisms: "${twice}" stands here twice`;
  if (tls.clientCertificates === "off" && auth.mechanisms.includes("EXTERNAL")) {
    yield `auth.mechanisms: "EXTERNAL" needs tls.client_certificates = "ask"`;
  }
  if (tls.clientCertificates === "ask" && tls.clientAuthorities === undefined) {
    yield `tls.client_authorities: missing; without it no client's certificate can be believed`;
  }
}

function* pluginProblems(tables: readonly PluginTable[]): Generator<string> {
  const first = new Map<string, number>();
  for (const [index, table] of tables.entries()) {
    const { memory } = table.limits;
    if (memory < octetsPerPage || memory > mostMemory) {
      yield `plugin.${index + 1}.limits.memory: expected a size from 64KiB to 4GiB, got ${memory} octets`;
    }
    const label = table.label ?? table.name;
    const earlier = first.get(label);
    if (earlier === undefined) first.set(label, index + 1);
    else yield duplicate(label, index + 1, earlier);
  }
}

function duplicate(label: string, number: number, earlier: number): string {
  return `plugin.${number}: plugin.${earlier} is called "${label}" too: give one of them another name by label = "..."`;
}

/** Likewise; nothing is kept from being used by them. */
export function warningsOf(config: Config): string[] {
  const rows: readonly (readonly [applies: boolean, warning: string])[] = [
    [config.limits.recipients < 100, "limits.recipients: RFC 5321 §4.5.3.1.8 wants at least 100"],
    [config.limits.messageSize < 65_536, "limits.message_size: RFC 5321 §4.5.3.1.7 wants at least 64KiB"],
    [config.delivery.backend === "discard", `delivery.backend: "discard" throws every accepted message away`],
    [config.plugin.length === 0, "plugin: there are no plugins, so every recipient is refused"],
    [isReachable(config.admin.listen), adminReachable],
    ...Object.entries(config.trust).map(([whose, networks]: [string, readonly Network[]]) =>
      [
        networks.some(({ length }) => length === 0),
        `trust.${whose}: holds every address, so anybody may say that he is anybody`,
      ] as const
    ),
  ];
  const open = Object.entries(config.lists.urls).filter(([, url]) => isOpenToChange(url));
  return [
    ...rows.filter(([applies]) => applies).map(([, warning]) => warning),
    ...open.map(([name]) => `lists.urls.${name}: what comes by http can be changed on its way: use https`),
  ];
}

const adminReachable =
  "admin.listen: others than this machine reach it, and it speaks no TLS, so tokens and what is in mail can be read " +
  "on the way: use a loopback address or a Unix socket, and a proxy with TLS or SSH in front";

function isReachable(listen: Config["admin"]["listen"]): boolean {
  return listen !== "off" && !/^(?:unix:.*|localhost|127\.[0-9.]+|::1)$/i.test(listen.host);
}

function isOpenToChange(url: string): boolean {
  return /^http:/i.test(url) && !/^http:\/\/(?:localhost|127\.[0-9.]+|\[::1\])(?=[:/]|$)/i.test(url);
}
