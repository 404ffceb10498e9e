// Uploads under load: every message is decided by exactly one version of a plugin, none is lost, none fails.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { mailIn } from "../support/daemon_process.ts";
import { DeployingDaemon } from "../support/deploying.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { startPaced } from "../support/paced_clients.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";

/** Marks a message at MAIL, at RCPT and at its end, each with the version that was asked. */
function versioned(version: string): string {
  return `export default {
    mail() { return { verdict: "pass", notes: { transaction: { mail: "${version}" } } }; },
    rcpt(event) {
      const { mail } = event.notes.transaction;
      return { verdict: "accept", notes: { transaction: { mail, rcpt: "${version}" } } };
    },
    data_post(event) {
      const { mail, rcpt } = event.notes.transaction;
      return { verdict: "pass", edits: [{ edit: "addHeader", name: "X-Versions", value: mail + rcpt + "${version}" }] };
    },
  };`;
}

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-deploy-"));
const uploads = 50;
const messagesPerSecond = 300;
/** Milliseconds within which a new session is on the version that was sent. */
const soon = 100;

const toml = `[[plugin]]
name = "versioned"
file = "${folder}/A.wasm"
grant = ["event", "verdict", "edit"]
`;

const built = new Map<string, Uint8Array>();

before(async () => {
  for (const [index, version] of ["A", "B", "C"].entries()) {
    mkdirSync(join(folder, version));
    writeFileSync(join(folder, version, "plugin.ts"), versioned(version));
    const needs = ["event", "verdict:accept@rcpt", "edit:header"];
    const facts = { name: "versioned", version: `1.0.${index}`, description: "For tests.", licence: "MIT", needs };
    writeFileSync(join(folder, version, "plugin.json"), JSON.stringify(facts));
    const result = await buildPlugin({ source: join(folder, version, "plugin.ts") });
    assert.ok(result.kind === "built", JSON.stringify(result));
    built.set(version, result.wasm);
  }
  writeFileSync(join(folder, "A.wasm"), wasmOf("A"));
  await stopBuilding();
});

after(() => rmSync(folder, { recursive: true, force: true }));

for (const runtime of directRuntimes) {
  describe(`uploads on ${runtime.name}`, () => {
    let server: DeployingDaemon;
    before(async () => {
      server = await DeployingDaemon.start(runtime, { toml });
    });
    after(async () => {
      const { daemon } = server;
      assert.equal(await daemon.stop(), 0, daemon.output());
      rmSync(daemon.state, { recursive: true, force: true });
    });

    test(`serve new sessions within ${soon} ms, while those in flight finish on the old version`, async (t) => {
      const waits: number[] = [];
      for (const [old, young] of [["A", "B"], ["B", "C"], ["C", "A"], ["A", "C"], ["C", "A"]] as const) {
        const flying = await greeted(server);
        assert.match(await flying.ask("MAIL FROM:<author@example.org>"), /^250/);
        const began = performance.now();
        await server.deploy("versioned", wasmOf(young));
        const fresh = await greeted(server);
        waits.push(performance.now() - began);
        assert.equal(await versionsOf(server, fresh, `fresh.${waits.length}`), young.repeat(3));
        assert.match(await flying.ask("RSET"), /^250/);
        assert.equal(await versionsOf(server, flying, `flying.${waits.length}`), old.repeat(3));
        flying.destroy();
        fresh.destroy();
      }
      t.diagnostic(`${runtime.name}: upload to greeting ${waits.map((wait) => wait.toFixed(0)).join(", ")} ms`);
      // Other work on the machine may delay any one of them.
      assert.ok(Math.min(...waits) <= soon, `${waits}`);
    });

    test(`${uploads} of them under ${messagesPerSecond} messages a second: one version decides each message`, async (t) => {
      const load = startPaced({
        port: server.daemon.port,
        clients: 16,
        messagesPerSecond,
        messagesPerSession: 5,
        content: message,
      });
      const began = performance.now();
      const took: number[] = [];
      for (let count = 0; count < uploads; count++) {
        const start = performance.now();
        const { changes } = await server.deploy("versioned", wasmOf(count % 2 === 0 ? "B" : "A"));
        took.push(performance.now() - start);
        assert.deepEqual(changes.changed, ["versioned"]);
        await pause(100);
      }
      const seconds = (performance.now() - began) / 1000;
      await load.stop();
      took.sort((a, b) => a - b);
      t.diagnostic(
        `${runtime.name}: ${uploads} uploads, median ${took[uploads / 2]?.toFixed(0)} ms, longest ` +
          `${took.at(-1)?.toFixed(0)} ms; ${load.acknowledged.size} messages, ` +
          `${(load.acknowledged.size / seconds).toFixed(0)}/s, in ${load.sessions()} sessions`,
      );
      const stored = versionsStored(server).filter(([id]) => /^c\d/.test(id));
      assert.deepEqual(stored.map(([id]) => id).sort(), [...load.acknowledged].sort());
      const each = Map.groupBy(stored, ([, versions]) => versions);
      assert.deepEqual([...each.keys()].sort(), ["AAA", "BBB"]);
      assert.doesNotMatch(server.daemon.output(), / error plugin failed/);
    });
  });
}

function wasmOf(version: string): Uint8Array {
  return built.get(version) ?? assert.fail(`there is no version ${version}`);
}

function message(id: string): string {
  return `From: <author@example.org>\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <${id}@x>\r\n\r\ntext`;
}

async function versionsOf(server: DeployingDaemon, peer: SmtpPeer, id: string): Promise<string | undefined> {
  const envelope = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };
  assert.match(await sendMessage(peer, envelope, message(id)), /^250 /);
  return versionsStored(server).find(([stored]) => stored === id)?.[1];
}

function versionsStored({ daemon }: DeployingDaemon): [id: string, versions: string][] {
  return mailIn(join(daemon.state, "maildir")).map((octets) => {
    const text = Buffer.from(octets).toString("latin1");
    return [/^Message-ID: <(.*)@x>/m.exec(text)?.[1] ?? "", /^X-Versions: (\w+)/m.exec(text)?.[1] ?? ""];
  });
}

async function greeted({ daemon }: DeployingDaemon): Promise<SmtpPeer> {
  const peer = await connectPeer(daemon.port);
  assert.match(await peer.reply(), /^220 /);
  assert.match(await peer.ask("EHLO client.example.org"), /^250-/);
  return peer;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
