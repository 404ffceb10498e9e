// Plugins that throw, answer rubbish or trap: the client gets one clear reply, everybody else is served.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type DaemonProcess, startDaemon } from "../support/daemon_process.ts";
import { eventually } from "../support/eventually.ts";
import { run } from "../support/programs.ts";
import { projectRoot, runtimes } from "../support/runtimes.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";

const source = `
import { definePlugin, pass } from "#sdk";
export default definePlugin({
  configure: (given) => given.settings["only"],
  mail(event, only) {
    if (event.reversePath?.localPart !== only) return pass();
    switch (only) {
      case "throw": throw new Error("secret of the plugin");
      case "crlf": return { verdict: "reject", text: "no\\r\\n250 yes" };
      case "nul": return { verdict: "reject", text: "no\\0" };
      case "surrogate": return { verdict: "reject", text: "\\ud800" };
      case "unknown": return { verdict: "maybe" };
      case "class": return { verdict: "reject", text: "no", code: 250 };
      case "edits": return { verdict: "pass", edits: [{ edit: "addHeader", name: "A", value: "b" }] };
      case "large": return { verdict: "reject", text: "x".repeat(100_000) };
      case "memory": { const held = []; for (;;) held.push(new Array(10_000).fill(held.length)); }
      case "recursion": { const down = (n) => 1 + down(n + 1); return down(0); }
      case "never": return new Promise(() => {});
      default: return pass();
    }
  },
});`;

const attempts = [
  "throw",
  "crlf",
  "nul",
  "surrogate",
  "unknown",
  "class",
  "edits",
  "large",
  "memory",
  "recursion",
  "never",
];

/** One instance an attempt, so that the failures of one do not make the breaker of another open. */
const toml = `${
  attempts.map((attempt) => `
[[plugin]]
name = "hostile"
label = "hostile_${attempt}"
file = "hostile.wasm"
grant = ["event", "verdict"]
settings = { only = "${attempt}" }
`).join("")
}
[[plugin]]
name = "rcpt_ok"
grant = ["event", "verdict"]
`;

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-hostile-"));

before(async () => {
  mkdirSync(join(folder, "hostile"));
  writeFileSync(join(folder, "hostile", "plugin.ts"), source);
  const settings = { only: { type: "string", description: "The local part that it attacks." } };
  const needs = ["event:reverse_path", "verdict:*@mail"];
  const manifest = {
    name: "hostile",
    version: "1.0.0",
    description: "Tries everything",
    licence: "MIT",
    needs,
    settings,
  };
  writeFileSync(join(folder, "hostile", "plugin.json"), JSON.stringify(manifest));
  const built = await run(join(projectRoot, "node_modules/.bin/node"), [
    ...[join(projectRoot, "src/main.ts"), "plugin", "build", join(folder, "hostile", "plugin.ts")],
    ...["-o", join(folder, "hostile.wasm")],
  ]);
  assert.equal(built.code, 0, built.stderr);
});

after(() => rmSync(folder, { recursive: true, force: true }));

for (const runtime of runtimes) {
  describe(`hostile plugins on ${runtime.name}`, () => {
    let daemon: DaemonProcess;
    let bystander: SmtpPeer;
    before(async () => {
      daemon = await startDaemon(runtime, { toml: toml.replaceAll("hostile.wasm", join(folder, "hostile.wasm")) });
      bystander = await greeted(daemon);
    });
    after(async () => {
      bystander.destroy();
      assert.equal(await daemon.stop(), 0, daemon.output());
    });

    for (const attempt of attempts) {
      test(`${attempt}: 451 4.3.0 for this command, and both sessions go on`, async () => {
        const peer = await greeted(daemon);
        assert.match(await peer.ask(`MAIL FROM:<${attempt}@example.org>`), /^451 4\.3\.0 [\x20-\x7e]+$/);
        assert.match(await peer.ask("MAIL FROM:<good@example.org>"), /^250 /);
        assert.match(await bystander.ask("NOOP"), /^250 /);
        peer.destroy();
      });
    }

    test("the log says which plugin failed, on which hook and why, on one line each", async () => {
      const lines = await eventually(daemon.output, () => {
        const lines = daemon.output().split("\n").slice(0, -1).filter((line) => line.includes("plugin failed"));
        return lines.length >= attempts.length ? lines : undefined;
      });
      assert.equal(lines.length, attempts.length);
      for (const line of lines) {
        assert.match(line, / error plugin failed .*hook=mail plugin=hostile_\w+ .*why=.*answered=defer/);
      }
      assert.ok(lines.some((line) => line.includes("secret of the plugin")));
    });

    test("mail goes through as before", async () => {
      const head = "From: <a@example.org>\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n\r\n";
      const path = { reversePath: "good@example.org", forwardPaths: ["reader@localhost"] };
      assert.match(await sendMessage(bystander, path, `${head}text`), /^250 /);
    });

    test("after five failures in a minute it rests: everybody is told 451 without asking it", async () => {
      const peer = await greeted(daemon);
      for (let count = 0; count < 8; count++) {
        assert.match(await peer.ask("MAIL FROM:<throw@example.org>"), /^451 4\.3\.0 /);
      }
      peer.destroy();
      const failures = await eventually(daemon.output, () => {
        const lines = daemon.output().split("\n").filter((line) => line.includes("plugin=hostile_throw"));
        return lines.some((line) => line.includes("failure=broken")) ? lines : undefined;
      });
      assert.equal(failures.filter((line) => line.includes("failure=trap")).length, 5);
    });
  });
}

async function greeted(daemon: DaemonProcess): Promise<SmtpPeer> {
  const peer = await connectPeer(daemon.port);
  assert.match(await peer.reply(), /^220 /);
  assert.match(await peer.ask("EHLO client.example.org"), /^250-/);
  return peer;
}
