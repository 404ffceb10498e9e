// The real daemon with a listener of every kind, and plugins that write down in each message what they were told.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Asked } from "../../sdk/contract/event.ts";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { type DaemonProcess, mailIn, startDaemon } from "./daemon_process.ts";
import type { Pair } from "./openssl.ts";
import type { Runtime } from "./runtimes.ts";

/** jo's password; the plugin traps for whoever claims to be `trap`. */
export const password = "open-sesame-4711";

/** A client of this address is not let in. */
export const unwanted = "192.0.2.66";

const witness = (header: string): string => `
export default {
  connect(event) {
    if (event.session.client?.address === "${unwanted}") return { verdict: "reject", text: "Not you" };
    return { verdict: "pass", notes: { session: { early: event.early } } };
  },
  auth(event) {
    if (event.claimed === "trap") throw new Error("cannot bear " + event.password);
    return event.claimed === "jo" && event.password === "${password}" ? { verdict: "accept" } : { verdict: "pass" };
  },
  rcpt() { return { verdict: "accept" }; },
  data_post(event) {
    const told = JSON.stringify({ ...event.session, early: event.notes.session.early });
    return { verdict: "pass", edits: [{ edit: "addHeader", name: "${header}", value: told }] };
  },
};`;

/** The second is not told of TLS. */
const plugins: readonly (readonly [name: string, header: string, needs: readonly string[]])[] = [
  [
    "witness",
    "X-Witness",
    ["event:client", "event:hello", "event:user", "event:tls", "event:credentials", "verdict", "edit:header"],
  ],
  ["blind", "X-Blind", ["event:hello", "edit:header", "verdict"]],
];

/** In the order of their ports. */
const listeners = {
  plain: "",
  required: `tls = "required"`,
  implicit: `tls = "implicit"`,
  submission: `mode = "submission"`,
  lmtp: `mode = "lmtp"`,
  proxy: "proxy = true",
  proxyImplicit: `proxy = true\ntls = "implicit"`,
} as const;
export type ListenerName = keyof typeof listeners;

export interface EsmtpDaemon extends DaemonProcess {
  portOf(listener: ListenerName): number;
  /** Puts another `more` of the setup in its configuration, for the next reload. */
  rewrite(more: string): void;
  /** What the plugins were told of the session of the message with this subject, and all of it as latin1. */
  told(subject: string): { readonly witness: Told; readonly blind: Told; readonly text: string };
}

export type Told = Asked["session"] & { readonly early?: boolean };

export interface Setup {
  /** Absent: the daemon makes one. */
  readonly certificates?: readonly Pair[];
  /** Clients are asked for certificates, and believed if it issued them. */
  readonly authority?: string;
  readonly state?: string;
  /** TOML before the first table. */
  readonly more?: string;
}

export async function startEsmtpDaemon(runtime: Runtime, setup: Setup = {}): Promise<EsmtpDaemon> {
  const state = setup.state === undefined ? {} : { state: setup.state };
  const folder = await pluginFolder();
  const daemon = await startDaemon(runtime, { toml: tomlOf(folder, setup), ownListeners: true, ...state });
  return {
    ...daemon,
    portOf: (listener) => daemon.ports[Object.keys(listeners).indexOf(listener)] ?? 0,
    rewrite: (more) => {
      writeFileSync(join(daemon.folder, "config/qpsmtpd.toml"), tomlOf(folder, { ...setup, more }));
    },
    told: (subject) => {
      const text = mailIn(join(daemon.state, "maildir")).map((octets) => Buffer.from(octets).toString("latin1"))
        .find((text) => text.includes(`\r\nSubject: ${subject}\r\n`)) ?? assert.fail(`no message about ${subject}`);
      return { witness: toldIn(text, "X-Witness"), blind: toldIn(text, "X-Blind"), text };
    },
  };
}

function toldIn(text: string, header: string): Told {
  const value = new RegExp(`^${header}: ((?:[^\\r]|\\r\\n[ \\t])*)\\r\\n`, "m").exec(text)?.[1] ?? "{}";
  return JSON.parse(value.replaceAll("\r\n", "")) as Told;
}

function tomlOf(folder: string, { certificates = [], authority, more = "" }: Setup): string {
  const pairs = certificates.map(({ certificate, key }) => `{ certificate = "${certificate}", key = "${key}" }`);
  const tables = Object.values(listeners).map((lines) => `[[listener]]\naddress = "127.0.0.1:0"\n${lines}\n`);
  const entries = plugins.map(([name, , needs]) =>
    `[[plugin]]\nname = "${name}"\nfile = "${join(folder, name)}.wasm"\ngrant = ${JSON.stringify(needs)}\n`
  );
  return `hostname = "mx.test"
log.level = "debug"
timeouts.proxy = "3s"
auth.delay = "50ms"
smuggling.policy = "reject"
${more}
trust = { proxy = ["127.0.0.1"], xclient = ["127.0.0.1"], xforward = ["127.0.0.1"] }
[tls]
certificates = [${pairs.join(", ")}]
${authority === undefined ? "" : `client_certificates = "ask"\nclient_authorities = "${authority}"`}
${tables.join("")}${entries.join("")}`;
}

let built: Promise<string> | undefined;

function pluginFolder(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-witness-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const [name, header, needs] of plugins) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "plugin.ts"), witness(header));
    const manifest = { name, version: "1.0.0", description: "Writes down what it is told.", licence: "MIT", needs };
    writeFileSync(join(folder, name, "plugin.json"), JSON.stringify(manifest));
    const plugin = await buildPlugin({ source: join(folder, name, "plugin.ts") });
    assert.ok(plugin.kind === "built", JSON.stringify(plugin));
    writeFileSync(join(folder, `${name}.wasm`), plugin.wasm);
  }
  await stopBuilding();
  return folder;
}
