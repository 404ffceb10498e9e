// SIGTERM to the real daemon on every runtime: what is under way may end, what waits is sent away; twice is now.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { daemonPid } from "../support/daemon_process.ts";
import { type EsmtpDaemon, startEsmtpDaemon } from "../support/esmtp_daemon.ts";
import { eventually } from "../support/eventually.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, connectTlsPeer, isRefused, type SmtpPeer } from "../support/smtp_peer.ts";
import { withoutReceipt } from "../support/without_receipt.ts";

const stopping = "421 4.3.2 mx.test is shutting down, try again later";

/** Milliseconds in which a second signal is taken for the echo of the first. */
const echo = 1000;

/** Milliseconds to the end of the process; without the second signal it would be `timeouts.shutdown`, 30 s. */
const atOnce = 15_000;

for (const runtime of runtimes) {
  describe(`shutdown on ${runtime.name}`, () => {
    let daemon: EsmtpDaemon;
    let pid = 0;
    beforeEach(async () => {
      daemon = await startEsmtpDaemon(runtime);
      pid = await daemonPid(daemon);
    });
    afterEach(() => daemon.stop());

    async function envelope(peer: SmtpPeer): Promise<SmtpPeer> {
      await peer.reply();
      await peer.ask("EHLO client.test");
      await peer.ask("MAIL FROM:<author@example.org>");
      assert.match(await peer.ask("RCPT TO:<reader@localhost>"), /^250 /);
      return peer;
    }

    async function plain(): Promise<SmtpPeer> {
      return await connectPeer(daemon.portOf("plain"));
    }

    test("idle sessions are told 421, mail data and BDAT may end, then the daemon ends with 0", async () => {
      const idle = await connectTlsPeer(daemon.portOf("implicit"));
      await idle.reply();
      const [data, pieces] = [await envelope(await plain()), await envelope(await plain())];
      assert.match(await data.ask("DATA"), /^354 /);
      data.send("Subject: by data\r\n\r\n");
      pieces.send("BDAT 20\r\nSubject: by bdat\r\n\r\n");
      assert.match(await pieces.reply(), /^250 /);
      process.kill(pid, "SIGTERM");
      assert.equal(withoutReceipt(await idle.reply()), stopping);
      await idle.closed();
      await eventually(() => "it must not accept any more", () => isRefused(daemon.portOf("plain")));
      assert.match(await data.ask("text\r\n."), /^250 2\.0\.0 Queued/);
      assert.equal(withoutReceipt(await data.reply()), stopping);
      pieces.send("BDAT 4 LAST\r\nend.");
      assert.match(await pieces.reply(), /^250 2\.0\.0 Queued/);
      assert.equal(withoutReceipt(await pieces.reply()), stopping);
      assert.equal(await daemon.exited(), 0);
      for (const subject of ["by data", "by bdat"]) daemon.told(subject);
    });

    test("a second SIGTERM ends it at once, however much is under way", async () => {
      const peer = await envelope(await plain());
      await peer.ask("DATA");
      process.kill(pid, "SIGTERM");
      await eventually(() => daemon.output(), () => / info stopping/.test(daemon.output()) || undefined);
      await new Promise((resolve) => setTimeout(resolve, echo + 200));
      const began = performance.now();
      process.kill(pid, "SIGTERM");
      assert.equal(await daemon.exited(), 1);
      assert.ok(performance.now() - began < atOnce);
      await peer.closed();
    });
  });
}
