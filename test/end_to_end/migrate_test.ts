// From qpsmtpd's sample configuration to a running server, on every runtime: migrate, check, serve, and mail.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type DaemonProcess, mailIn, startDaemon } from "../support/daemon_process.ts";
import { DnsServer } from "../support/dns_server.ts";
import { run } from "../support/programs.ts";
import { writeSample } from "../support/qpsmtpd_sample.ts";
import { projectRoot, type Runtime, runtimes } from "../support/runtimes.ts";
import { connectPeer, type SmtpPeer } from "../support/smtp_peer.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

for (const runtime of runtimes) {
  describe(`migrated on ${runtime.name}`, () => {
    const folder = temporaryFolder();
    const target = join(folder, "new");
    let dns: DnsServer;
    let daemon: DaemonProcess;
    before(async () => {
      mkdirSync(join(folder, "old"));
      writeSample(join(folder, "old"));
      assert.deepEqual(await command(runtime, "migrate", join(folder, "old"), "--to", target), [0, ""]);
      assert.deepEqual((await command(runtime, "check", "--config", join(target, "qpsmtpd.toml")))[0], 0);
      // No name is known, so that no test depends on the world's name servers.
      dns = await DnsServer.start();
      const toml = readFileSync(join(target, "qpsmtpd.toml"), "utf8");
      daemon = await startDaemon(runtime, {
        toml: toml.replace("\n[log]\n", `\n[dns]\nservers = ["127.0.0.1:${dns.port}"]\n\n[log]\n`),
        lists: { ...listsIn(target), relayclients: "192.168.\n" },
      });
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
      await dns.stop();
    });

    test("mail for a domain of the old rcpthosts, and of what it included, is taken", async () => {
      const peer = await greeted(daemon);
      assert.match(await peer.ask("MAIL FROM:<author@example.org>"), /^250 /);
      assert.match(await peer.ask("RCPT TO:<reader@localhost>"), /^250 /);
      assert.match(await peer.ask("RCPT TO:<reader@example.com>"), /^250 /);
      assert.match(await peer.ask("DATA"), /^354 /);
      const date = "Sun, 22 Nov 2026 12:00:00 +0000";
      assert.match(await peer.ask(`From: <author@example.org>\r\nDate: ${date}\r\n\r\nold and new\r\n.`), /^250 /);
      const stored = mailIn(join(daemon.state, "maildir")).map((message) => new TextDecoder().decode(message));
      assert.ok(stored.some((message) => message.includes("old and new")));
      peer.destroy();
    });

    test("relaying is refused, and a listed recipient with the old reason", async () => {
      const peer = await greeted(daemon);
      assert.match(await peer.ask("MAIL FROM:<author@example.org>"), /^250 /);
      assert.match(await peer.ask("RCPT TO:<someone@elsewhere.example>"), /^550 5\.7\.1 /);
      assert.match(await peer.ask("RCPT TO:<nobody@localhost>"), /^550 5\.1\.1 Nobody reads that/);
      peer.destroy();
    });

    test("a listed reverse-path is refused where the plugin naughty did, at DATA, and the connection closes", async () => {
      const peer = await greeted(daemon);
      assert.match(await peer.ask("MAIL FROM:<bad@example.org>"), /^250 /);
      assert.match(await peer.ask("RCPT TO:<reader@localhost>"), /^250 /);
      assert.match(await peer.ask("DATA"), /^55\d 5\.7\.1 Not from you/);
      await peer.closed();
    });
  });
}

/** Exit code and standard error. */
async function command(runtime: Runtime, ...args: readonly string[]): Promise<readonly [number | null, string]> {
  const [program, ...first] = runtime.command;
  const ran = await run(program, [...first, ...args], { cwd: projectRoot });
  return [ran.code, ran.stderr];
}

async function greeted(daemon: DaemonProcess): Promise<SmtpPeer> {
  const peer = await connectPeer(daemon.port);
  assert.match(await peer.reply(), /^220 mx\.example\.org /);
  assert.match(await peer.ask("EHLO client.example.org"), /^250/);
  return peer;
}

function listsIn(folder: string): { readonly [name: string]: string } {
  const names = readdirSync(folder).filter((name) => !name.includes("."));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
