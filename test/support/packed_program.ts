// A program that was packed, used in an empty folder as somebody does who has nothing else.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./programs.ts";
import { writeSample } from "./qpsmtpd_sample.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "./smtp_peer.ts";
import { type StartedProcess, startProcess } from "./started_process.ts";

type Command = readonly [string, ...string[]];

/** Commands that need no configuration, and what they say where there is none. */
export async function tryWithoutConfiguration([program, ...args]: Command, cwd: string): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.equal((await run(program, [...args, "--version"], { cwd })).stdout.trim(), version);
  const lost = await run(program, [...args, "check"], { cwd });
  assert.equal(lost.code, 1);
  assert.match(lost.stderr, /config\/qpsmtpd\.toml: no such file: .*or make one by "qpsmtpd init config"/);
  const password = await run(program, [...args, "password", "alice"], { cwd, input: "pencil\n" });
  assert.match(password.stdout, /^alice/, password.stderr);
  const inspected = await run(program, [...args, "plugin", "inspect", "rcpt_ok"], { cwd });
  assert.match(inspected.stdout, /^lists +rcpthosts$/m, inspected.stderr);
}

/** An old folder becomes a new one that loads. */
export async function tryMigration([program, ...args]: Command, cwd: string): Promise<void> {
  mkdirSync(join(cwd, "old"));
  writeSample(join(cwd, "old"), {});
  const migrated = await run(program, [...args, "migrate", "old", "--to", "new"], { cwd });
  assert.equal(migrated.code, 0, migrated.stderr);
  const good = await run(program, [...args, "check", "--config", "new/qpsmtpd.toml"], { cwd });
  assert.equal(good.code, 0, good.stderr);
  // From the table of differences, which is one more file that came with the program.
  const report = readFileSync(join(cwd, "new", "REPORT.md"), "utf8");
  assert.ok(report.includes("* badmailfrom: Slashes around a regular expression are delimiters"));
}

/** What `init` makes is good, a mistake in it is told in one line, and nothing is overwritten. */
export async function tryConfiguration([program, ...args]: Command, cwd: string): Promise<void> {
  const made = await run(program, [...args, "init", "config"], { cwd });
  assert.equal(made.code, 0, made.stderr);
  const good = await run(program, [...args, "check"], { cwd });
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, /^config\/qpsmtpd\.toml: good; .*\nplugins: relay, .*rcpt_ok/);
  const asked = await run(program, [...args, "hooks"], { cwd });
  assert.match(asked.stdout, /rcpt_ok/, asked.stderr);
  const file = join(cwd, "mistaken.toml");
  writeFileSync(file, `[[plugin]]\nname = "rcpt_okay"\n`);
  const bad = await run(program, [...args, "check", "--config", file], { cwd });
  assert.equal(bad.code, 1);
  assert.match(
    bad.stderr,
    /^mistaken\.toml: plugin\.1 \(rcpt_okay\): no file rcpt_okay\.wasm in .*did you mean "rcpt_ok"\?/,
  );
  const again = await run(program, [...args, "init", "config"], { cwd });
  assert.match(again.stderr, /^init: config: is there already, and nothing is overwritten/);
}

/** With the lists that `init` made; nobody is asked for names. */
const offline = `hostname = "mx.example.org"
delivery.backend = "maildir"
[[plugin]]
name = "rcpt_ok"
grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]
`;

export interface Serving {
  readonly command: Command;
  readonly process: StartedProcess;
  readonly port: number;
}

/** Serves from the folder that `init` made, with the plugins that the program has by itself. */
export async function serveIn(command: Command, cwd: string, more = ""): Promise<Serving> {
  const file = join(cwd, "config", "small.toml");
  writeFileSync(file, `${more}${offline}`);
  const args = ["--config", file, "--listen", "127.0.0.1:0", "--state", join(cwd, "var")];
  const process = startProcess([...command, ...args] as [string, ...string[]]);
  const [, port] = await process.until(/ listens +127\.0\.0\.1:(\d+)[^]* try /);
  return { command, process, port: Number(port) };
}

/**
 * A message comes in, a stranger's recipient does not, and why can be asked; a reload takes a changed list over, and the
 * end is clean.
 */
export async function tryMail({ command, process, port }: Serving, cwd: string): Promise<void> {
  const path = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };
  const peer = await greeted(port);
  assert.match(await sendMessage(peer, path, "Subject: packed\r\n\r\nx\r\n"), /^250 /);
  assert.match(await peer.ask("MAIL FROM:<author@example.org>"), /^250 /);
  const refusal = await peer.ask("RCPT TO:<reader@example.net>");
  assert.match(refusal, /^550 5\.7\.1 .*\([\w.-]+\)$/);
  assert.match(await peer.ask("QUIT"), /^221/);
  const [name = ""] = readdirSync(join(cwd, "var", "maildir", "new"));
  assert.match(readFileSync(join(cwd, "var", "maildir", "new", name), "utf8"), /^Subject: packed\r\n\r\nx\r\n$/m);
  writeFileSync(join(cwd, "config", "rcpthosts"), "localhost\nexample.net\n");
  process.signal("SIGHUP");
  await process.until(/ reloaded generation=2/);
  const later = await greeted(port);
  assert.match(await later.ask("MAIL FROM:<author@example.org>"), /^250 /);
  assert.match(await later.ask("RCPT TO:<reader@example.net>"), /^250 /);
  later.destroy();
  process.signal("SIGTERM");
  assert.equal(await process.exited(), 0, process.output());
  const [program, ...args] = command;
  const place = ["--config", join(cwd, "config", "small.toml"), "--state", join(cwd, "var")];
  const why = await run(program, [...args, "explain", refusal.slice(refusal.lastIndexOf("(")), ...place], { cwd });
  assert.match(why.stdout, /rcpt_ok/, why.stderr);
}

async function greeted(port: number): Promise<SmtpPeer> {
  const peer = await connectPeer(port);
  assert.match(await peer.reply(), /^220 /);
  assert.match(await peer.ask("EHLO client.example.org"), /^250-/);
  return peer;
}
