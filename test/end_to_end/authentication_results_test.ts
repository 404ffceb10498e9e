// A message with forged results of ours arrives with our own alone, on top, as another parser reads them.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readResults } from "../support/authentication_results.ts";
import { type DaemonProcess, mailIn, startDaemon } from "../support/daemon_process.ts";
import { lacking, run } from "../support/programs.ts";
import { projectRoot, runtimes } from "../support/runtimes.ts";
import { connectPeer, sendMessage } from "../support/smtp_peer.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

const source = `
import { definePlugin, finding, pass } from "#sdk";
export default definePlugin({
  connect: ({ session }) =>
    finding(pass(), { method: "iprev", result: "permerror", properties: { "policy.iprev": session.client.address } }),
  mail: ({ reversePath }) =>
    finding(pass(), {
      method: "spf",
      result: "neutral",
      reason: 'neither "yes" nor \\\\ no; ' + "and so on ".repeat(15),
      properties: { "smtp.mailfrom": reversePath.localPart + "@" + reversePath.domain },
    }),
});`;

const needs = ["event:client", "event:reverse_path", "results:iprev", "results:spf"];

const toml = (file: string): string =>
  `hostname = "mx.test"
[[plugin]]
name = "checks"
file = "${file}"
grant = ${JSON.stringify(needs)}

[[plugin]]
name = "rcpt_ok"
grant = ["event", "verdict"]
`;

const message = [
  "Authentication-Results: mx.test; spf=pass smtp.mailfrom=bank@example.org",
  "Received: from a by b; Sun, 22 Nov 2026 12:00:00 +0000",
  "Authentication-Results: mx.example; dkim=pass header.d=example.org",
  "AUTHENTICATION-results:\t(who (else)) ",
  ' "MX.\\test" 1; dmarc=pass',
  "From: <author@example.org>",
  "Date: Sun, 22 Nov 2026 12:00:00 +0000",
  "Subject: forged",
  "",
  "Authentication-Results: mx.test; this is the body",
];

/** Prints the fields of that name as Python's own parser has them, in JSON. */
const python = `
import email, email.policy, json, sys
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
print(json.dumps([message.get_all("Authentication-Results"), message.keys(), len(message.defects)]))
`;

const folder = temporaryFolder();

before(async () => {
  mkdirSync(join(folder, "checks"));
  writeFileSync(join(folder, "checks", "plugin.ts"), source);
  const manifest = { name: "checks", version: "1.0.0", description: "Finds the same always", licence: "MIT", needs };
  writeFileSync(join(folder, "checks", "plugin.json"), JSON.stringify(manifest));
  const built = await run(join(projectRoot, "node_modules/.bin/node"), [
    ...[join(projectRoot, "src/main.ts"), "plugin", "build", join(folder, "checks", "plugin.ts")],
    ...["-o", join(folder, "checks.wasm")],
  ]);
  assert.equal(built.code, 0, built.stderr);
});

for (const runtime of runtimes) {
  describe(`Authentication-Results on ${runtime.name}`, { skip: lacking("python3") }, () => {
    let daemon: DaemonProcess;
    before(async () => {
      daemon = await startDaemon(runtime, { toml: toml(join(folder, "checks.wasm")) });
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
    });

    test("ours is on top and the only one of our name, and nothing else has changed", async () => {
      const peer = await connectPeer(daemon.port);
      await peer.reply();
      assert.match(await peer.ask("EHLO client.example.org"), /^250-/);
      const path = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };
      assert.match(await sendMessage(peer, path, message.join("\r\n")), /^250 /);
      peer.destroy();
      const text = Buffer.from(mailIn(join(daemon.state, "maildir"))[0] ?? []).toString("latin1");
      const field = /^Authentication-Results:[^\n]*\n(?:[ \t][^\n]*\n)*(?=Received: from client)/m.exec(text)?.[0] ??
        "";
      assert.deepEqual(readResults(field), {
        id: "mx.test",
        results: [
          { method: "iprev", result: "permerror", properties: { "policy.iprev": "127.0.0.1" } },
          {
            method: "spf",
            result: "neutral",
            reason: `neither "yes" nor \\ no; ${"and so on ".repeat(15)}`,
            properties: { "smtp.mailfrom": "author@example.org" },
          },
        ],
      });
      assert.ok(text.endsWith(`\r\n${[message[1], message[2], ...message.slice(5)].join("\r\n")}\r\n`), text);
      const parsed = await run("python3", ["-c", python], { input: text });
      assert.equal(parsed.code, 0, parsed.stderr);
      const [values, names, defects] = JSON.parse(parsed.stdout) as [string[], string[], number];
      assert.equal(values.length, 2);
      assert.match(values[0] ?? "", /^mx\.test;\s+iprev=permerror policy\.iprev=127\.0\.0\.1;\s+spf=neutral reason="/);
      assert.equal(values[1], "mx.example; dkim=pass header.d=example.org");
      assert.equal(
        names.filter((name) => name !== "Return-Path" && name !== "Delivered-To")[0],
        "Authentication-Results",
      );
      assert.equal(defects, 0);
    });
  });
}
