// The daemon as other people's mail servers meet it: recipients whose names say what becomes of their mail.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { type DaemonProcess, startDaemon } from "./daemon_process.ts";
import { messagesIn } from "./mail_server.ts";
import type { Runtime } from "./runtimes.ts";

/** Anybody at reader.test is let in, but for these local-parts. */
export const fates = {
  /** 550 at RCPT. */
  refused: "refused",
  /** 451 at RCPT for the first try of a reverse-path. */
  later: "later",
  /** 550 at the end of data. */
  refusedContent: "refused-content",
  /** 451 at the end of data for the first try. */
  laterContent: "later-content",
} as const;

/** With it anybody is let in whom the client claims to be (OAUTHBEARER, XOAUTH2). */
export const rightToken = "the-right-token";

const source = `
import { accept, defer, definePlugin, pass, reject } from "#sdk";
function isFirst(host, event, who) {
  const from = event.transaction.reversePath?.localPart ?? "";
  return host.store.increment(who + "/" + from, 1, { expires: 3600 }) === 1;
}
export default definePlugin({
  auth(event) {
    return event.token === "${rightToken}" ? { ...accept(), user: event.claimed || "somebody" } : pass();
  },
  rcpt(event, _setup, host) {
    const { localPart, domain } = event.forwardPath;
    if (localPart === "${fates.refused}") return reject("Nobody of that name");
    if (localPart === "${fates.later}" && isFirst(host, event, localPart)) return defer("Please come again");
    if (domain !== "reader.test") return pass();
    const { forwarded } = event.session;
    return forwarded === undefined ? accept() : accept("Forwarded for " + forwarded.hello);
  },
  data_post(event, _setup, host) {
    const names = event.forwardPaths.map((path) => path.localPart);
    if (names.includes("${fates.refusedContent}")) return reject("Not such words");
    if (names.includes("${fates.laterContent}") && isFirst(host, event, "content")) return defer("Not now");
    return pass();
  },
});`;

export interface FrontDoor extends DaemonProcess {
  /** The messages in its Maildir, as latin1 text with every trace field. */
  messages(): readonly string[];
  /** Messages whose header section has this subject. */
  about(subject: string): readonly string[];
  /** Connections that it has taken. */
  connections(): number;
}

export interface DoorSetup {
  /** TOML before the plugins. */
  readonly top?: string;
  /** TOML of plugins that are asked first. */
  readonly plugins?: string;
  /** `[[listener]]` tables, or `listen`, in the place of one plain listener. */
  readonly listeners?: string;
  readonly lists?: { readonly [name: string]: string };
}

export async function startFrontDoor(runtime: Runtime, setup: DoorSetup = {}): Promise<FrontDoor> {
  const { top = "", plugins = "", listeners, lists = {} } = setup;
  const plugin = await fatesPlugin();
  const toml = `hostname = "mx.reader.test"
${listeners ?? ""}
${top}
${plugins}
[[plugin]]
name = "fates"
file = "${plugin}"
grant = ["event", "verdict", "store"]
`;
  const daemon = await startDaemon(runtime, { toml, lists, ownListeners: listeners !== undefined });
  const messages = (): readonly string[] => messagesIn(join(daemon.state, "maildir/new"));
  return {
    ...daemon,
    messages,
    about: (subject) => messages().filter((text) => text.includes(`\r\nSubject: ${subject}\r\n`)),
    connections: () => daemon.output().match(/ info connected /g)?.length ?? 0,
  };
}

/** A message without the fields that servers put on top of it. */
export function belowTrace(text: string): string {
  let rest = text;
  for (;;) {
    const field =
      /^(?:Return-Path|Delivered-To|X-Original-To|Authentication-Results|Received):[^\n]*\n(?:[ \t][^\n]*\n)*/i.exec(
        rest,
      );
    if (field === null) return rest;
    rest = rest.slice(field[0].length);
  }
}

let built: Promise<string> | undefined;

function fatesPlugin(): Promise<string> {
  built ??= buildFates();
  return built;
}

async function buildFates(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-fates-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "fates"));
  writeFileSync(join(folder, "fates/plugin.ts"), source);
  const needs = ["event:recipients", "event:reverse_path", "event:credentials", "event:client", "verdict", "store"];
  const manifest = { name: "fates", version: "1.0.0", description: "Says what becomes of mail", licence: "MIT", needs };
  writeFileSync(join(folder, "fates/plugin.json"), JSON.stringify(manifest));
  const plugin = await buildPlugin({ source: join(folder, "fates/plugin.ts") });
  await stopBuilding();
  assert.ok(plugin.kind === "built", JSON.stringify(plugin));
  writeFileSync(join(folder, "fates.wasm"), plugin.wasm);
  return join(folder, "fates.wasm");
}
