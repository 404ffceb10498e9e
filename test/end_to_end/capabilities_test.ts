// A plugin that asks the host, the whole way: DNS from a real server, the store across a restart, the content it may read.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon_process.ts";
import { DnsServer } from "../support/dns_server.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";
import { withoutReceipt } from "../support/without_receipt.ts";

const source = `
import { accept, definePlugin, pass, reject } from "#sdk";
export default definePlugin({
  mail(event, _setup, host) {
    const answer = host.dns.resolve(event.reversePath?.domain ?? "", "A");
    if (answer.kind === "failed" || answer.rcode !== "NOERROR") return reject("Your domain does not exist");
    return pass();
  },
  rcpt(_event, _setup, host) {
    return accept("You have been here " + host.store.increment("visits") + " times");
  },
  data_post(_event, _setup, host) {
    if (host.content.find("forbidden words") >= 0) return reject("No such words");
    return pass();
  },
});`;
const needs = ["event:reverse_path", "verdict", "dns:A", "store", "content:headers", "content:body"];
const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-capabilities-"));
const path = { reversePath: "a@exists.test", forwardPaths: ["b@anywhere.test"] };
let dns: DnsServer;

before(async () => {
  dns = await DnsServer.start({ "exists.test A": ["192.0.2.1"] });
  mkdirSync(join(folder, "asks"));
  writeFileSync(join(folder, "asks", "plugin.ts"), source);
  const manifest = { name: "asks", version: "1.0.0", description: "Asks the host", licence: "MIT", needs };
  writeFileSync(join(folder, "asks", "plugin.json"), JSON.stringify(manifest));
  const built = await buildPlugin({ source: join(folder, "asks", "plugin.ts") });
  await stopBuilding();
  assert.ok(built.kind === "built", JSON.stringify(built));
  writeFileSync(join(folder, "asks.wasm"), built.wasm);
});

after(async () => {
  await dns.stop();
  rmSync(folder, { recursive: true, force: true });
});

function toml(): string {
  return `
[dns]
servers = ["127.0.0.1:${dns.port}"]
[[plugin]]
name = "asks"
file = "${join(folder, "asks.wasm")}"
grant = ["event", "verdict", "dns", "store", "content"]
`;
}

for (const runtime of runtimes) {
  describe(`capabilities on ${runtime.name}`, () => {
    const state = mkdtempSync(join(tmpdir(), "qpsmtpd-state-"));
    let daemon: DaemonProcess;
    before(async () => {
      daemon = await startDaemon(runtime, { toml: toml(), state });
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
      rmSync(state, { recursive: true, force: true });
    });

    test("DNS decides about the reverse-path", async () => {
      const peer = await greeted(daemon);
      assert.equal(
        withoutReceipt(await peer.ask("MAIL FROM:<a@missing.test>")),
        "550 5.7.1 Your domain does not exist",
      );
      assert.match(await peer.ask("MAIL FROM:<a@exists.test>"), /^250 /);
      peer.destroy();
    });

    test("content is read where it lies, in messages small and large", async () => {
      const peer = await greeted(daemon);
      const padding = "nothing to see in this line\r\n".repeat(100_000);
      for (const filler of ["", padding]) {
        assert.match(
          await sendMessage(peer, path, `Subject: x\r\n\r\n${filler}forbidden words`),
          /^550 5\.7\.1 No such words/,
        );
        assert.match(await sendMessage(peer, path, `Subject: x\r\n\r\n${filler}good words`), /^250 /);
      }
      peer.destroy();
    });

    test("the store counts on after a restart", async () => {
      const visits = async (): Promise<number> => {
        const peer = await greeted(daemon);
        await peer.ask("MAIL FROM:<a@exists.test>");
        const reply = await peer.ask("RCPT TO:<b@anywhere.test>");
        peer.destroy();
        return Number(/been here (\d+) times/.exec(reply)?.[1]);
      };
      const first = await visits();
      assert.equal(await visits(), first + 1);
      assert.equal(await daemon.stop(), 0, daemon.output());
      daemon = await startDaemon(runtime, { toml: toml(), state });
      assert.equal(await visits(), first + 2);
    });

    test("forty sessions wait for DNS at once, and each gets its own answer", async () => {
      const asked = Array.from({ length: 40 }, async (_, index) => {
        const peer = await greeted(daemon);
        const reply = await peer.ask(`MAIL FROM:<a@${index % 2 === 0 ? "exists" : `missing${index}`}.test>`);
        peer.destroy();
        return reply.slice(0, 3);
      });
      const replies = await Promise.all(asked);
      assert.deepEqual(replies, replies.map((_, index) => index % 2 === 0 ? "250" : "550"));
    });
  });
}

async function greeted(daemon: DaemonProcess): Promise<SmtpPeer> {
  const peer = await connectPeer(daemon.port);
  assert.match(await peer.reply(), /^220 /);
  assert.match(await peer.ask("EHLO client.example.org"), /^250-/);
  return peer;
}
