// Mail goes on by SMTP to a real next hop, Postfix's smtp-sink, and its refusals reach our client.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type DaemonProcess, startDaemon } from "../support/daemon_process.ts";
import { freePort } from "../support/loopback_port.ts";
import { startListening } from "../support/mail_server.ts";
import { asContent, asMailData, awkwardMessage } from "../support/messages.ts";
import { lacking, run } from "../support/programs.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, sendMessage } from "../support/smtp_peer.ts";

const path = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };

interface Sink {
  readonly port: number;
  /** The files it wrote, one a message. */
  dumps(): string[];
  stop(): Promise<void>;
}

/** smtp-sink with its options; as root it must be told to become somebody else. */
async function startSink(options: readonly string[]): Promise<Sink> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-sink-"));
  const port = await freePort();
  const args = [...options, "-u", "root", "-d", join(folder, "%s."), `127.0.0.1:${port}`, "100"];
  const started = await startListening("/usr/sbin/smtp-sink", args, port);
  return {
    port,
    dumps: () => readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1")),
    stop: async () => {
      await started.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function forwarding(port: number): string {
  return `
[delivery]
backend = "smtp"
[delivery.smtp]
host = "127.0.0.1"
port = ${port}
[[plugin]]
name = "rcpt_ok"
grant = ["event", "verdict"]
`;
}

async function sendThrough(daemon: DaemonProcess, content: string): Promise<string> {
  const peer = await connectPeer(daemon.port);
  await peer.reply();
  await peer.ask("EHLO client.example.org");
  const reply = await sendMessage(peer, path, content);
  peer.destroy();
  return reply;
}

const refusals: readonly [string, readonly string[], RegExp][] = [
  ["a 5xx at MAIL", ["-f", "MAIL", "-B", "550 5.7.1 not you"], /^550 5\.7\.1 .*not you/s],
  ["a 4xx at RCPT", ["-r", "RCPT", "-b", "450 4.2.1 not now"], /^450 4\.2\.1 .*not now/s],
  ["a 5xx at the end of data", ["-f", ".", "-B", "554 5.6.0 no such thing"], /^554 5\.6\.0 .*no such thing/s],
  ["a 421 is not our 421", ["-Q", "."], /^451 4/],
  ["a hop that hangs up at the end of data", ["-q", "."], /^451 4\.4\.2 /],
];

for (const runtime of runtimes) {
  describe(`forwarding on ${runtime.name}`, { skip: lacking("smtp-sink", "smtp-source") }, () => {
    test("the next hop gets the octets that we got, below our trace field", async () => {
      const sink = await startSink([]);
      const daemon = await startDaemon(runtime, { toml: forwarding(sink.port) });
      const lines = awkwardMessage(`hop-${runtime.name}`);
      assert.match(await sendThrough(daemon, asMailData(lines).slice(0, -2)), /^250 /);
      const many = await run("smtp-source", [
        ...["-s", "20", "-m", "100", "-f", path.reversePath, "-t", "reader@localhost", "-M", "client.example.org"],
        `127.0.0.1:${daemon.port}`,
      ]);
      assert.equal(many.code, 0, many.stderr);
      assert.equal(await daemon.stop(), 0, daemon.output());
      const dumps = sink.dumps();
      assert.equal(dumps.length, 101);
      const dump = dumps.find((text) => text.includes(`awkward hop-${runtime.name}`)) ?? "";
      // smtp-sink writes line feeds, and its own X- fields on top.
      assert.match(dump, /X-Mail-Args: <author@example\.org>.*\nX-Rcpt-Args: <reader@localhost>\n/);
      assert.match(dump, /\nReceived: from client\.example\.org/);
      assert.ok(dump.includes(asContent(lines).replaceAll("\r\n", "\n")), dump);
      await sink.stop();
    });

    for (const [title, options, expected] of refusals) {
      test(title, async () => {
        const sink = await startSink(options);
        const daemon = await startDaemon(runtime, { toml: forwarding(sink.port) });
        assert.match(await sendThrough(daemon, asMailData(awkwardMessage("refused")).slice(0, -2)), expected);
        assert.equal(await daemon.stop(), 0, daemon.output());
        await sink.stop();
      });
    }

    test("nobody there is 451, try again", async () => {
      const daemon = await startDaemon(runtime, { toml: forwarding(await freePort()) });
      assert.match(await sendThrough(daemon, "Subject: x\r\n\r\nx"), /^451 4\.4\.1 /);
      assert.equal(await daemon.stop(), 0, daemon.output());
    });
  });
}
