// The whole way: real daemon, real clients, real plugins, and the octets that lie in the Maildir.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type DaemonProcess, mailIn, startDaemon } from "./daemon_process.ts";
import { asContent, asMailData, awkwardMessage, withoutTrace } from "./messages.ts";
import { lacking, run } from "./programs.ts";
import type { Runtime } from "./runtimes.ts";
import { connectPeer, sendMessage } from "./smtp_peer.ts";

const path = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };

/** Declares the tests; the runtime's command must work when they run. */
export function firstMailOn(title: string, runtime: Runtime): void {
  describe(`first mail on ${title}`, () => {
    let daemon: DaemonProcess;
    before(async () => {
      daemon = await startDaemon(runtime, { lists: { badmailfrom: "bad@example.org Not from you\n" } });
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
    });

    test("the first block names runtime, address, hooks, delivery and a line to try", () => {
      const block = daemon.output();
      for (const part of [`on ${runtime.name} `, `127.0.0.1:${daemon.port}`, "maildir", "rcpt_ok", "swaks --server"]) {
        assert.ok(block.includes(part), `${part} is missing in\n${block}`);
      }
    });

    test("swaks delivers, and the Maildir holds the same octets", { skip: lacking("swaks") }, async () => {
      const lines = awkwardMessage(`swaks-${runtime.name}`);
      const file = join(daemon.folder, "message");
      writeFileSync(file, lines.join("\n"));
      const sent = await run("swaks", [
        ...["--server", `127.0.0.1:${daemon.port}`, "--from", path.reversePath, "--to", path.forwardPaths[0] ?? ""],
        ...["--ehlo", "client.example.org", "--data", `@${file}`],
      ]);
      assert.equal(sent.code, 0, sent.stdout + sent.stderr);
      const stored = storedMessages(daemon).filter((message) => message.includes(`awkward swaks-${runtime.name}`));
      assert.equal(stored.length, 1);
      assert.equal(stored[0], asContent(lines));
    });

    test("20 parallel smtp-source sessions lose and change nothing", { skip: lacking("smtp-source") }, async () => {
      const lines = awkwardMessage(`source-${runtime.name}`).filter((line) => line.length < 900);
      const file = join(daemon.folder, "message");
      writeFileSync(file, lines.join("\n"));
      const sent = await run("smtp-source", [
        ...["-s", "20", "-m", "200", "-f", path.reversePath, "-t", path.forwardPaths[0] ?? "", "-F", file],
        ...["-M", "client.example.org", `127.0.0.1:${daemon.port}`],
      ]);
      assert.equal(sent.code, 0, sent.stderr);
      const stored = storedMessages(daemon).filter((message) => message.includes(`awkward source-${runtime.name}`));
      assert.equal(stored.length, 200);
      // smtp-source ends what it sends with one more line end of its own.
      const expected = `${asContent(lines)}\r\n`;
      for (const message of stored) assert.equal(message, expected);
    });

    test("20 MB with every octet that DATA may have, 8-bit too, arrive unchanged", async () => {
      const peer = await greeted(daemon);
      const line = Uint8Array.from({ length: 256 }, (_, octet) => octet).filter((octet) =>
        octet !== 0 && octet !== 10 && octet !== 13
      );
      const head = new TextEncoder().encode(
        "From: <author@example.org>\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nSubject: large\r\n\r\n",
      );
      const row = new Uint8Array([120, ...line, 13, 10]);
      const rows = Math.ceil(20_000_000 / row.length);
      const content = new Uint8Array(head.length + rows * row.length);
      content.set(head);
      for (let index = 0; index < rows; index++) content.set(row, head.length + index * row.length);
      assert.match(await peer.ask("MAIL FROM:<author@example.org> BODY=8BITMIME SIZE=20100000"), /^250 /);
      assert.match(await peer.ask("RCPT TO:<reader@localhost>"), /^250 /);
      assert.match(await peer.ask("DATA"), /^354 /);
      peer.send(content);
      assert.match(await peer.ask("."), /^250 /);
      const stored = mailIn(join(daemon.state, "maildir")).find((message) => message.length > content.length);
      assert.ok(stored !== undefined);
      assert.equal(Buffer.compare(stored.subarray(stored.length - content.length), content), 0);
      peer.destroy();
    });

    test("a stranger's recipient is refused, a bad reverse-path too, and the session goes on", async () => {
      const peer = await greeted(daemon);
      assert.match(await peer.ask("MAIL FROM:<bad@example.org>"), /^250 /);
      assert.match(await peer.ask("RCPT TO:<reader@localhost>"), /^550 5\.7\.1 Not from you/);
      assert.match(await peer.ask("RSET"), /^250 /);
      assert.match(await peer.ask("MAIL FROM:<author@example.org>"), /^250 /);
      assert.match(await peer.ask("RCPT TO:<someone@elsewhere.example>"), /^550 5\.7\.1 /);
      assert.match(await peer.ask("RCPT TO:<reader@localhost>"), /^250 /);
      assert.match(await peer.ask("RSET"), /^250 /);
      const lines = awkwardMessage(`peer-${runtime.name}`);
      assert.match(await sendMessage(peer, path, asMailData(lines).slice(0, -2)), /^250 /);
      const stored = storedMessages(daemon).filter((message) => message.includes(`awkward peer-${runtime.name}`));
      assert.deepEqual(stored, [asContent(lines)]);
      assert.match(await peer.ask("QUIT"), /^221/);
      await peer.closed();
    });

    test("a whole pipelined session gets its replies in order", async () => {
      const peer = await connectPeer(daemon.port);
      assert.match(await peer.reply(), /^220 /);
      // RFC 2920 §3.1: EHLO and DATA end a group.
      assert.match(await peer.ask("EHLO client.example.org"), /^250-/);
      peer.send("MAIL FROM:<author@example.org>\r\nRCPT TO:<reader@localhost>\r\nDATA\r\n");
      const codes = [];
      for (let count = 0; count < 3; count++) codes.push((await peer.reply()).slice(0, 3));
      assert.deepEqual(codes, ["250", "250", "354"]);
      peer.send(
        "From: <author@example.org>\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nSubject: pipelined\r\n\r\nx\r\n.\r\nNOOP\r\nQUIT\r\n",
      );
      assert.match(await peer.reply(), /^250 /);
      assert.match(await peer.reply(), /^250 /);
      assert.match(await peer.reply(), /^221/);
      await peer.closed();
    });

    test("the trace field names client, protocol and server", () => {
      const stored = mailIn(join(daemon.state, "maildir")).map((octets) => Buffer.from(octets).toString("latin1"));
      const text = stored.find((message) => message.includes("Subject: pipelined")) ?? "";
      assert.match(
        text,
        /^Return-Path: <author@example\.org>\r\nDelivered-To: reader@localhost\r\nAuthentication-Results: [^\r]*(?:\r\n\t[^\r]*)*\r\nReceived: from client\.example\.org/,
      );
      assert.match(text, /with ESMTP id /);
    });
  });
}

function storedMessages(daemon: DaemonProcess): string[] {
  return mailIn(join(daemon.state, "maildir")).map(withoutTrace);
}

async function greeted(daemon: DaemonProcess): ReturnType<typeof connectPeer> {
  const peer = await connectPeer(daemon.port);
  assert.match(await peer.reply(), /^220 /);
  assert.match(await peer.ask("EHLO client.example.org"), /^250-/);
  return peer;
}
