// Clients that smuggle, stall, flood or leave: none of them gets two replies, two messages, or the server down.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type DaemonProcess, mailIn, startDaemon } from "../support/daemon_process.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";

const header = "From: <a@example.org>\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nSubject: x\r\n\r\n";
const smuggled = "MAIL FROM:<smuggler@example.org>\r\nRCPT TO:<reader@localhost>\r\nDATA\r\nsmuggled\r\n.\r\n";

/** Sequences that some server somewhere took for the end of mail data. */
const falseEndings = [
  "\n.\n",
  "\n.\r\n",
  "\r\n.\n",
  "\r.\r",
  "\r.\r\n",
  "\r\n.\r",
  "\r\r\n.\r\r\n",
  "\n.\r",
  "\r.\n",
];

for (const runtime of runtimes) {
  describe(`hostile clients on ${runtime.name}`, () => {
    let daemon: DaemonProcess;
    before(async () => {
      daemon = await startDaemon(runtime);
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
    });

    for (const ending of falseEndings) {
      test(`${JSON.stringify(ending)} does not end mail data, the message is refused once, and nothing behind it is heard`, async () => {
        const peer = await inMailData(daemon);
        peer.send(`${header}text${ending}${smuggled.slice(0, -5)}`);
        assert.match(await peer.ask("\r\n."), /^550 5\.5\.2 /);
        await peer.closed();
        assert.equal(peer.unread(), "");
        assert.equal(countMail(daemon), 0);
      });
    }

    test("a bare LF in a command is 500 5.5.2 and the connection closes", async () => {
      const peer = await greeted(daemon);
      assert.match(await peer.ask("NOOP\nNOOP"), /^500 5\.5\.2 /);
      await peer.closed();
    });

    test("a bare CR in a command is 500 5.5.2 and the connection closes", async () => {
      const peer = await greeted(daemon);
      assert.match(await peer.ask("NOOP\rNOOP"), /^500 5\.5\.2 /);
      await peer.closed();
    });

    test("100 MB without a line end cost no memory and get one reply", async () => {
      const peer = await greeted(daemon);
      const block = "x".repeat(1024 * 1024);
      for (let sent = 0; sent < 100; sent++) {
        if (!peer.socket.write(block)) await new Promise((resolve) => peer.socket.once("drain", resolve));
      }
      assert.match(await peer.ask(""), /^500 5\.5\.2 /);
      assert.match(await peer.ask("NOOP"), /^250 /);
      peer.destroy();
    });

    test("a client that leaves in the middle of its message leaves nothing behind", async () => {
      const peer = await inMailData(daemon);
      peer.send(`${header}half a mess`);
      peer.destroy();
      const other = await greeted(daemon);
      assert.match(await other.ask("NOOP"), /^250 /);
      other.destroy();
      assert.equal(countMail(daemon), 0);
    });

    test("a message over the limit is swallowed to its end and refused once", async () => {
      const peer = await inMailData(daemon);
      peer.send(header);
      const block = `${"x".repeat(998)}\r\n`.repeat(1000);
      for (let sent = 0; sent < 30; sent++) {
        if (!peer.socket.write(block)) await new Promise((resolve) => peer.socket.once("drain", resolve));
      }
      assert.match(await peer.ask("."), /^552 5\.3\.4 /);
      assert.match(await peer.ask("NOOP"), /^250 /);
      peer.destroy();
      assert.equal(countMail(daemon), 0);
    });

    test("a client that never stops making errors is sent away", async () => {
      const peer = await greeted(daemon);
      let last = "";
      for (let count = 0; count < 100 && last !== "closed" && !/^(421|5\d\d .*[Cc]losing)/.test(last); count++) {
        last = await peer.ask(`MAIL FROM:bad`);
      }
      assert.match(last, /^421 /);
      await peer.closed();
    });

    test("20,000 pipelined commands get 20,000 replies, and beyond 100,000 in one session there is an end", async () => {
      const peer = await greeted(daemon);
      const most = 100_000;
      // EHLO was the first.
      for (let sent = 1; sent < most; sent += 20_000) {
        peer.send("RSET\r\n".repeat(20_000));
        for (let count = 0; count < 20_000 && sent + count < most; count++) assert.match(await peer.reply(), /^250 /);
      }
      assert.match(await peer.reply(), /^421 4\.7\.0 Too many commands/);
      await peer.closed();
    });

    test("an ordinary client is still served", async () => {
      const peer = await greeted(daemon);
      const path = { reversePath: "a@example.org", forwardPaths: ["reader@localhost"] };
      assert.match(await sendMessage(peer, path, `${header}fine`), /^250 /);
      peer.destroy();
      assert.equal(countMail(daemon), 1);
    });
  });
}

function countMail(daemon: DaemonProcess): number {
  return mailIn(join(daemon.state, "maildir")).length;
}

async function greeted(daemon: DaemonProcess): Promise<SmtpPeer> {
  const peer = await connectPeer(daemon.port);
  assert.match(await peer.reply(), /^220 /);
  assert.match(await peer.ask("EHLO client.example.org"), /^250-/);
  return peer;
}

async function inMailData(daemon: DaemonProcess): Promise<SmtpPeer> {
  const peer = await greeted(daemon);
  assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
  assert.match(await peer.ask("RCPT TO:<reader@localhost>"), /^250 /);
  assert.match(await peer.ask("DATA"), /^354 /);
  return peer;
}
