// The units are good in systemd's own eyes, and a socket that systemd passes is served.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { freePort } from "../support/loopback_port.ts";
import { processFolder } from "../support/process_folder.ts";
import { lacking, run } from "../support/programs.ts";
import { projectRoot } from "../support/runtimes.ts";
import { connectPeer } from "../support/smtp_peer.ts";
import { startProcess } from "../support/started_process.ts";

const units = join(projectRoot, "packaging", "systemd");
const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-units-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The units, with a program that is there. */
for (const name of readdirSync(units)) {
  const text = readFileSync(join(units, name), "utf8");
  writeFileSync(join(folder, name), text.replaceAll("/usr/local/bin/qpsmtpd", join(projectRoot, "bin/qpsmtpd.js")));
}

const service = join(folder, "qpsmtpd.service");
const skip = lacking("systemd-analyze", "systemd-socket-activate", "systemd-sysusers");

test("systemd understands every line of the units", { skip }, async () => {
  const verified = await run("systemd-analyze", ["verify", "--man=no", service, join(folder, "qpsmtpd.socket")]);
  assert.equal(verified.code, 0, verified.stderr);
  assert.equal(verified.stderr.split("\n").filter((line) => line.includes("qpsmtpd")).join("\n"), "");
});

test("what the service is exposed to is little: 1.5 of 10 at the most", { skip }, async () => {
  const judged = await run("systemd-analyze", ["security", "--offline=true", "--threshold=15", "--no-pager", service]);
  assert.equal(judged.code, 0, judged.stdout);
});

test("the user is one that systemd can make", { skip }, async () => {
  const file = join(folder, "qpsmtpd.sysusers.conf");
  const made = await run("systemd-sysusers", ["--dry-run", file]);
  assert.equal(made.code, 0, made.stderr);
});

for (const runtime of directRuntimes) {
  test(`${runtime.name} is started by the first client, and serves it`, { skip }, async () => {
    const port = await freePort();
    const { config, state, folder } = processFolder("listen = ['systemd:smtp']\n");
    const activate = ["systemd-socket-activate", "-l", `127.0.0.1:${port}`, "--fdname=smtp"] as const;
    const keep = ["PATH", "HOME"].flatMap((name) => ["-E", `${name}=${process.env[name] ?? ""}`]);
    const daemon = startProcess([...activate, ...keep, ...runtime.command, "--config", config, "--state", state]);
    await daemon.until(/Listening on/);
    const peer = await connectPeer(port);
    assert.match(await peer.reply(), /^220 mx\.example\.org/);
    assert.match(await peer.ask("QUIT"), /^221/);
    daemon.signal("SIGTERM");
    assert.equal(await daemon.exited(), 0, daemon.output());
    rmSync(folder, { recursive: true, force: true });
  });
}
