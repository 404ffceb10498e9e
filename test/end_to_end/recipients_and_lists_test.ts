// What recipients want otherwise, and lists from elsewhere, in a running daemon on each runtime.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { check } from "../../src/cli/check.ts";
import { apiCertificate } from "../support/api_certificate.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon_process.ts";
import { eventually } from "../support/eventually.ts";
import { ListServer } from "../support/list_server.ts";
import { freePort } from "../support/loopback_port.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer } from "../support/smtp_peer.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

function toml(url: string): string {
  return `hostname = "mx.here.test"
delivery.backend = "discard"
reload.watch = true
[lists]
urls = { badmailfrom = "${url}" }
refresh = "1s"
timeout = "5s"
ca = "authority.pem"
[[plugin]]
name = "badmailfrom"
grant = ["event:reverse_path", "verdict:reject@mail", "score"]
mode = "late"
[[plugin]]
name = "rcpt_ok"
grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]
`;
}

/** What becomes of one recipient: the code and the text of the reply to RCPT. */
async function ask(daemon: DaemonProcess, reversePath: string, forwardPath: string): Promise<string> {
  const peer = await connectPeer(daemon.port);
  await peer.reply();
  await peer.ask("EHLO client.test");
  assert.match(await peer.ask(`MAIL FROM:<${reversePath}>`), /^250 /);
  const reply = await peer.ask(`RCPT TO:<${forwardPath}>`);
  peer.destroy();
  return reply;
}

async function becomes(daemon: DaemonProcess, from: string, to: string, expected: RegExp): Promise<void> {
  let last = "";
  await eventually(() => `${from} to ${to}: ${last}\n${daemon.output()}`, async () => {
    last = await ask(daemon, from, to);
    return expected.test(last) ? true : undefined;
  });
}

const files = {
  "authority.pem": apiCertificate.cert,
  badmailfrom: "here@bad.test\n",
  rcpthosts: "strict.test\nlax.test\n",
  "recipients/lax.test.toml": `[badmailfrom]\nmode = "off"\n[rcpt_ok]\nmode = "enforce"\n`,
  "recipients/far.test.toml": `[rcpt_ok]\nmode = "off"\n`,
  "recipients/lax.test/keen.toml": `[badmailfrom]\nmode = "enforce"\nas = "defer"\n`,
};

for (const runtime of runtimes) {
  test(`${runtime.name}: a list comes from elsewhere, and recipients want it or not`, async () => {
    const server = await new ListServer("there@bad.test\n", true).start(await freePort());
    const setup = { toml: toml(server.url), lists: files, state: temporaryFolder() };
    const daemon = await startDaemon(runtime, setup).catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    try {
      // The lines here and there count both.
      for (const bad of ["here@bad.test", "there@bad.test"]) {
        assert.match(await ask(daemon, bad, "x@strict.test"), /^550 /);
        assert.match(await ask(daemon, bad, "x@lax.test"), /^250 /);
        assert.match(await ask(daemon, bad, "keen@lax.test"), /^450 /);
      }
      assert.match(await ask(daemon, "good@a.test", "x@far.test"), /^550 /);
      server.text = "other@bad.test\n";
      await becomes(daemon, "other@bad.test", "x@strict.test", /^550 /);
      assert.match(await ask(daemon, "there@bad.test", "x@strict.test"), /^250 /);
      const folder = join(daemon.folder, "config/recipients/strict.test");
      mkdirSync(folder);
      writeFileSync(join(folder, "x.toml"), `[badmailfrom]\nmode = "off"\n`);
      await becomes(daemon, "other@bad.test", "x@strict.test", /^250 /);
      assert.match(await ask(daemon, "other@bad.test", "y@strict.test"), /^550 /);
      // A folder that was made while it ran is watched, too.
      writeFileSync(join(folder, "y.toml"), `[badmailfrom]\nmode = "monitor"\n`);
      await becomes(daemon, "other@bad.test", "y@strict.test", /^250 /);
    } finally {
      await server.stop();
      await daemon.stop();
    }
    const again = await startDaemon(runtime, setup);
    try {
      const copy = /lists\.urls\.badmailfrom: .*the copy is used, which is 0 min old/;
      await eventually(again.output, () => copy.test(again.output()) || undefined);
      assert.match(await ask(again, "other@bad.test", "x@strict.test"), /^550 /);
    } finally {
      await again.stop();
    }
  });

  test(`${runtime.name}: it does not start without a list that it has never had`, async () => {
    const server = await new ListServer("").start(await freePort());
    const { url } = server;
    await server.stop();
    await assert.rejects(
      startDaemon(runtime, { toml: toml(url), lists: files }).then((daemon) => daemon.stop()),
      /ended with 1:[^]*lists\.urls\.badmailfrom: http:[^]* cannot be reached/,
    );
  });
}

test("check: how many files of recipients there are, and what is wrong with them, by file and key", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "qpsmtpd.toml"), toml("https://lists.test/badmailfrom").replace(/^ca = .*$/m, ""));
  mkdirSync(join(folder, "recipients"));
  const told: string[] = [];
  const output = { print: (line: string) => void told.push(line), complain: (line: string) => void told.push(line) };
  const chosen = { path: join(folder, "qpsmtpd.toml"), overrides: {} } as Parameters<typeof check>[0];
  writeFileSync(join(folder, "recipients/a.test.toml"), `[badmailfrom]\nmode = "off"\n`);
  assert.equal(await check(chosen, output), 0, told.join("\n"));
  assert.match(told.join("\n"), /^recipients: 1 file in .*\/recipients$/m);
  assert.match(told.join("\n"), /lists\.urls\.badmailfrom: has not been fetched yet/);
  writeFileSync(join(folder, "recipients/b.test.toml"), `[badmailfrm]\nmode = "off"\n`);
  assert.equal(await check(chosen, output), 1);
  assert.match(told.at(-1) ?? "", /recipients\/b\.test\.toml: badmailfrm: unknown key, did you mean "badmailfrom"\?/);
});
