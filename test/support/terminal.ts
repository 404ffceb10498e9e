// The commands that speak to a running server, as processes of one runtime, and a daemon of the same runtime for them.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type DaemonProcess, type DaemonSetup, startDaemon } from "./daemon_process.ts";
import { eventually } from "./eventually.ts";
import { type Ran, run } from "./programs.ts";
import { projectRoot, type Runtime } from "./runtimes.ts";
import { connectPeer } from "./smtp_peer.ts";

export const terminalToml = `hostname = "mx.test"
[[plugin]]
name = "rcpt_ok"
grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]
`;

export interface TerminalServer {
  readonly daemon: DaemonProcess;
  /** Where its API is, as it has printed it. */
  readonly admin: string;
  /** Printed at a first start only; empty otherwise. */
  readonly deployToken: string;
}

export async function startForTerminal(runtime: Runtime, setup: DaemonSetup = {}): Promise<TerminalServer> {
  const daemon = await startDaemon(runtime, { toml: terminalToml, admin: "127.0.0.1:0", ...setup });
  const found = (pattern: RegExp): Promise<string> => {
    return eventually(() => `${pattern} in ${daemon.output()}`, () => pattern.exec(daemon.output())?.[1]);
  };
  // Both tokens are there before one of them is shown.
  const deployToken = setup.state === undefined ? await found(/token, shown once +(\S+)\n/) : "";
  return { daemon, admin: await found(/dashboard and API +(\S+)\n/), deployToken };
}

/** Flags by which a command finds it. */
export function flagsOf({ admin, daemon }: TerminalServer): readonly string[] {
  return ["--admin", admin, "--state", daemon.state];
}

/** A command to its end. */
export function runCommand({ command: [program, ...before] }: Runtime, args: readonly string[]): Promise<Ran> {
  return run(program, [...before, ...args], { cwd: projectRoot });
}

export interface Refused {
  readonly id: string;
  /** Of the refusal. */
  readonly code: string;
  end(): void;
}

/** A hello that would clear the screen. */
const hostile = "EHLO \u001b[2J\u009b2Jevil";

/** A session with a hostile hello and a recipient that was refused. */
export async function refusedSession({ daemon }: TerminalServer): Promise<Refused> {
  const peer = await connectPeer(daemon.port);
  await peer.reply();
  await peer.ask(hostile);
  await peer.ask("EHLO client.test");
  await peer.ask("MAIL FROM:<a@b.test>");
  const code = /\((\S+)\)/.exec(await peer.ask("RCPT TO:<c@d.test>"))?.[1] ?? "";
  return { id: code.replace(/\..*/, ""), code, end: () => void peer.ask("QUIT").then(() => peer.destroy()) };
}

/** For the tests of one file, and gone behind them. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-terminal-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** No control character but line ends. */
export function isHarmless(text: string): void {
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
}
