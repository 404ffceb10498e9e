// The figures of a daemon with real plugins, as Prometheus would fetch them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDaemon } from "../support/daemon_process.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { type ParsedFamily, parseMetrics } from "../support/metrics_parser.ts";
import { connectPeer, sendMessage } from "../support/smtp_peer.ts";

type Families = ReadonlyMap<string, ParsedFamily>;

/** The sum of the samples of a family that have these labels. */
function sum(families: Families, name: string, wanted: { readonly [label: string]: string } = {}): number {
  const samples = families.get(name)?.samples ?? [];
  const matching = samples.filter(({ labels }) =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value)
  );
  return matching.reduce((total, { value }) => total + value, 0);
}

for (const runtime of directRuntimes) {
  test(`${runtime.name}: messages, replies, plugins, reloads and the process are in the figures`, async () => {
    const daemon = await startDaemon(runtime, { admin: "127.0.0.1:0" });
    try {
      const found = (pattern: RegExp): Promise<string> => {
        return eventually(() => `no ${pattern}`, () => pattern.exec(daemon.output())?.[1]);
      };
      const headers = { authorization: `Bearer ${await found(/token, shown once +(\S+)/)}` };
      const base = await found(/dashboard and API +(http:\/\/127\.0\.0\.1:\d+)/);
      const peer = await connectPeer(daemon.port);
      await peer.reply();
      await peer.ask("EHLO client.test");
      const header = `From: a@example.org\r\nDate: ${
        new Date().toUTCString().replace("GMT", "+0000")
      }\r\nSubject: x\r\n`;
      const envelope = { reversePath: "a@example.org", forwardPaths: ["postmaster@localhost"] };
      assert.match(await sendMessage(peer, envelope, `${header}\r\ntext\r\n`), /^250 /);
      await peer.ask("RCPT TO:<a@b.test>");
      assert.equal((await fetch(`${base}/reload`, { method: "POST", headers })).status, 200);
      const reply = await fetch(`${base}/metrics`, { headers });
      assert.match(reply.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
      const families = parseMetrics(await reply.text());
      assert.equal(sum(families, "qpsmtpd_sessions"), 1);
      assert.equal(sum(families, "qpsmtpd_messages_total", { ending: "accepted" }), 1);
      assert.equal(sum(families, "qpsmtpd_deliveries_total", { result: "taken" }), 1);
      assert.equal(sum(families, "qpsmtpd_replies_total", { code: "503" }), 1);
      assert.ok(sum(families, "qpsmtpd_plugin_calls_total", { plugin: "rcpt_ok" }) >= 1);
      assert.equal(sum(families, "qpsmtpd_plugin_breaker", { plugin: "rcpt_ok", state: "closed" }), 1);
      assert.equal(sum(families, "qpsmtpd_generation"), 2);
      assert.equal(sum(families, "qpsmtpd_reloads_total", { outcome: "reloaded" }), 1);
      assert.equal(families.get("qpsmtpd_build_info")?.samples[0]?.labels["runtime"]?.split(" ")[0], runtime.name);
      peer.destroy();
    } finally {
      await daemon.stop();
    }
  });
}
