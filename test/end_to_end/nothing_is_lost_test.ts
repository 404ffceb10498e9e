// After 250 a message is never lost, before 250 it never exists; whatever kills the server or fills the disk.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { daemonPid, type DaemonProcess, mailIn, startDaemon } from "../support/daemon_process.ts";
import { eventually } from "../support/eventually.ts";
import { run } from "../support/programs.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, isRefused, sendMessage } from "../support/smtp_peer.ts";

const path = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };

function message(id: string, length: number): string {
  const head =
    `From: <author@example.org>\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <${id}@example.org>\r\n\r\n`;
  return `${head}${"0123456789abcdef\r\n".repeat(length / 18)}end of ${id}`;
}

/** Sends until the server is gone; adds each acknowledged id. */
async function sendUntilGone(daemon: DaemonProcess, name: string, acknowledged: Set<string>): Promise<void> {
  const peer = await connectPeer(daemon.port);
  await peer.reply();
  await peer.ask("EHLO client.example.org");
  for (let count = 0;; count++) {
    const id = `${name}.${count}`;
    const reply = await sendMessage(peer, path, message(id, count % 10 === 0 ? 2_000_000 : 2000));
    if (!reply.startsWith("250 ")) return;
    acknowledged.add(id);
  }
}

for (const runtime of runtimes) {
  describe(`nothing is lost on ${runtime.name}`, () => {
    test("kill -9 loses no acknowledged message and shows no half one", async () => {
      const acknowledged = new Set<string>();
      const state = mkdtempSync(join(tmpdir(), "qpsmtpd-kill-"));
      for (let round = 0; round < 3; round++) {
        const daemon = await startDaemon(runtime, { state });
        const clients = [0, 1, 2, 3].map((client) => sendUntilGone(daemon, `r${round}c${client}`, acknowledged));
        // Each of them is in the middle of its messages, somewhere.
        await eventually(() => daemon.output(), () => {
          const names = [0, 1, 2, 3].map((client) => `r${round}c${client}.2`);
          return names.every((name) => acknowledged.has(name)) || undefined;
        });
        await new Promise((resolve) => setTimeout(resolve, round * 370));
        process.kill(await daemonPid(daemon), "SIGKILL");
        await daemon.exited();
        await Promise.all(clients);
        rmSync(daemon.folder, { recursive: true, force: true });
      }
      const stored = mailIn(join(state, "maildir")).map((octets) => Buffer.from(octets).toString("latin1"));
      const ids = stored.map((text) => /Message-ID: <(.*)@example\.org>/.exec(text)?.[1] ?? "none");
      for (const [index, text] of stored.entries()) {
        assert.ok(text.endsWith(`end of ${ids[index]}\r\n`), "a half message");
      }
      assert.equal(new Set(ids).size, ids.length, "a message came twice");
      assert.ok(acknowledged.size > 20, `only ${acknowledged.size} acknowledged`);
      assert.deepEqual([...acknowledged].filter((id) => !ids.includes(id)), []);
      const last = await startDaemon(runtime, { state });
      assert.deepEqual(readdirSync(join(state, "spool", "tmp")), []);
      await last.stop();
      rmSync(state, { recursive: true, force: true });
    });

    test("a full disk is 452 4.3.1, and room again is 250 again", async () => {
      const state = mkdtempSync(join(tmpdir(), "qpsmtpd-full-"));
      assert.equal((await run("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", state])).code, 0);
      try {
        const daemon = await startDaemon(runtime, { state });
        const peer = await connectPeer(daemon.port);
        await peer.reply();
        await peer.ask("EHLO client.example.org");
        assert.match(await sendMessage(peer, path, message("spill", 8_000_000)), /^452 4\.3\.1 /);
        assert.match(await sendMessage(peer, path, message("one", 900_000)), /^250 /);
        assert.match(await sendMessage(peer, path, message("two", 900_000)), /^250 /);
        assert.match(await sendMessage(peer, path, message("three", 900_000)), /^250 /);
        assert.match(await sendMessage(peer, path, message("four", 900_000)), /^452 4\.3\.1 /);
        assert.equal(mailIn(join(state, "maildir")).length, 3);
        assert.deepEqual(readdirSync(join(state, "maildir", "tmp")), []);
        rmSync(join(state, "maildir", "new"), { recursive: true });
        await run("mkdir", ["-m", "700", join(state, "maildir", "new")]);
        assert.match(await sendMessage(peer, path, message("five", 900_000)), /^250 /);
        peer.destroy();
        assert.equal(await daemon.stop(), 0, daemon.output());
      } finally {
        await run("umount", ["-l", state]);
        rmSync(state, { recursive: true, force: true });
      }
    });

    test("SIGTERM lets a transaction finish, tells idle sessions 421, and ends with 0", async () => {
      const daemon = await startDaemon(runtime);
      const busy = await connectPeer(daemon.port);
      await busy.reply();
      await busy.ask("EHLO client.example.org");
      await busy.ask("MAIL FROM:<author@example.org>");
      const idle = await connectPeer(daemon.port);
      await idle.reply();
      daemon.signal("SIGTERM");
      assert.match(await idle.reply(), /^421 4\.3\.2 /);
      await idle.closed();
      await eventually(() => "it must not accept any more", () => isRefused(daemon.port));
      await busy.ask("RCPT TO:<reader@localhost>");
      assert.match(await busy.ask("DATA"), /^354/);
      busy.send(message("last", 2000));
      assert.match(await busy.ask("\r\n."), /^250 /);
      assert.match(await busy.reply(), /^421 4\.3\.2 /);
      await busy.closed();
      assert.equal(await daemon.exited(), 0, daemon.output());
      assert.equal(mailIn(join(daemon.state, "maildir")).length, 1);
      rmSync(daemon.folder, { recursive: true, force: true });
    });
  });
}
