// The commands that ask a running server once, each as a process, on every runtime, to a daemon of the same runtime.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import type { Ran } from "../support/programs.ts";
import { projectRoot } from "../support/runtimes.ts";
import { connectPeer } from "../support/smtp_peer.ts";
import { Tail } from "../support/tail_process.ts";
import {
  flagsOf,
  isHarmless,
  ownFolder,
  refusedSession,
  runCommand,
  startForTerminal,
  type TerminalServer,
  terminalToml,
} from "../support/terminal.ts";

const folder = ownFolder();

for (const runtime of directRuntimes) {
  describe(`terminal on ${runtime.name}`, () => {
    let served: Promise<TerminalServer> | undefined;
    const server = (): Promise<TerminalServer> => served ??= startForTerminal(runtime);
    after(async () => void await (await served)?.daemon.stop());
    const ask = async (...args: readonly string[]): Promise<Ran> => {
      return await runCommand(runtime, [...args, ...flagsOf(await server())]);
    };

    test("sessions shows them, one of them with its dialogue, ends one, and lets no control character through", async () => {
      const { id, end } = await refusedSession(await server());
      const table = await ask("sessions");
      assert.equal(table.code, 0, table.stderr);
      assert.match(table.stdout, new RegExp(`^${id} +127\\.0\\.0\\.1 .* 2 +<a@b\\.test>`, "m"));
      const one = await ask("sessions", id);
      assert.match(one.stdout, /^ +\d+ ms {2}C: MAIL FROM:<a@b\.test>$/m);
      const json = await ask("sessions", id, "--json");
      for (const { stdout } of [one, json]) assert.match(stdout, /u(001b|\{1b\})\[2J/, "the hostile hello is there");
      for (const { stdout } of [table, one, json]) isHarmless(stdout);
      assert.doesNotMatch((await ask("sessions", "--json")).stdout, /dialogue|2J/);
      const ended = await ask("sessions", "end", id);
      assert.deepEqual([ended.code, ended.stdout], [0, `${id} ends as soon as it waits for its client\n`]);
      const again = await ask("sessions", "end", "1ke4z8q-7m2px40");
      assert.equal(again.code, 1);
      assert.match(again.stderr, /^sessions end: There is no such session\.\n/);
      end();
    });

    test("plugins lists, details, and deploys only with a token that may", async () => {
      const table = await ask("plugins");
      assert.match(table.stdout, /^PLUGIN .*\nrcpt_ok +1\.0\.0 +enforce /);
      assert.match((await ask("plugins", "rcpt_ok")).stdout, /^hooks +rcpt$/m);
      const wrong = await ask("plugins", "none");
      assert.equal(wrong.code, 1);
      assert.match(wrong.stderr, /^plugins: The configuration has no plugin with this label\./);
      const low = await ask("plugins", "deploy", "rcpt_ok", "rcpt_ok");
      assert.equal(low.code, 1);
      assert.match(
        low.stderr,
        /^plugins deploy: The token terminal has the role operate; this needs deploy\.\n {2}Use a/,
      );
      const file = join(folder, `${runtime.name}.token`);
      writeFileSync(file, `${(await server()).deployToken}\n`, { mode: 0o600 });
      // The same plugin with one more custom section: another digest.
      const wasm = join(folder, `${runtime.name}.wasm`);
      const shipped = readFileSync(join(projectRoot, "build/plugins/rcpt_ok.wasm"));
      writeFileSync(wasm, Buffer.concat([shipped, Buffer.of(0, 2, 1, 0x78)]));
      const deploy = ["plugins", "deploy", "rcpt_ok", wasm, "--token-file", file];
      const dry = await ask(...deploy, "--dry-run");
      assert.equal(dry.code, 0, dry.stderr);
      assert.match(dry.stdout, /^rcpt_ok: would come into force; nothing was changed\n {2}version/);
      const done = await ask(...deploy);
      assert.match(done.stdout, /^rcpt_ok: generation \d+ is in force after \d+ ms: changed rcpt_ok\n/);
      const back = await ask("plugins", "rollback", "rcpt_ok");
      assert.match(back.stdout, /^rcpt_ok: generation \d+ is in force /);
      const off = await ask("plugins", "disable", "rcpt_ok");
      assert.match(off.stdout, /^rcpt_ok: generation \d+ is in force after \d+ ms: /);
      assert.match((await ask("plugins", "--json")).stdout, /"label":"rcpt_ok"[^}]*"enabled":false/);
      assert.equal((await ask("plugins", "enable", "rcpt_ok")).code, 0);
    });

    test("reload says what is in force, or every problem", async () => {
      const { daemon } = await server();
      const file = join(daemon.folder, "config", "qpsmtpd.toml");
      writeFileSync(file, `${terminalToml}[limits]\nrecipients = 150\n`);
      const good = await ask("reload");
      assert.equal(good.code, 0, good.stderr);
      assert.match(good.stdout, /^generation \d+ is in force: configuration of limits\n$/);
      writeFileSync(file, `${terminalToml}[limits]\nmesage_size = "1MB"\n[log]\nlevel = 2\n`);
      const bad = await ask("reload", "--json");
      writeFileSync(file, terminalToml);
      assert.equal(bad.code, 1);
      assert.match(bad.stderr, /^reload: Everything is as it was/);
      assert.match(bad.stderr, /log\.level: .*\n.*limits\.mesage_size: /);
      assert.equal((JSON.parse(bad.stdout) as { status: number }).status, 422);
    });

    test("explain asks the API, and tells the same as the store", async () => {
      const { code, end } = await refusedSession(await server());
      end();
      const told = await eventually(() => `explain ${code}`, async () => {
        const ran = await ask("explain", code);
        return ran.code === 0 ? ran.stdout : undefined;
      });
      assert.match(told, /Relaying denied/);
      isHarmless(told);
      const { daemon } = await server();
      const config = join(daemon.folder, "config", "qpsmtpd.toml");
      assert.equal(
        (await runCommand(runtime, ["explain", code, "--config", config, "--state", daemon.state])).stdout,
        told,
      );
      const unknown = await ask("explain", "1ke4z8q-7m2px40");
      assert.equal(unknown.code, 1);
      assert.match(unknown.stderr, /^explain: Nothing is known of 1ke4z8q-7m2px40\./);
    });
  });

  test(`terminal on ${runtime.name}: the same through a Unix socket`, async () => {
    const path = join(folder, `${runtime.name}.sock`);
    const server = await startForTerminal(runtime, { admin: `unix:${path}` });
    const { daemon } = server;
    const ran = await runCommand(runtime, ["plugins", ...flagsOf(server)]);
    assert.match(ran.stdout, /\nrcpt_ok /);
    const tail = new Tail(runtime, flagsOf(server));
    await eventually(() => tail.complained, async () => {
      (await connectPeer(daemon.port)).destroy();
      return tail.heard.includes("connected") ? true : undefined;
    });
    assert.equal(await tail.interrupt(), 0);
    assert.equal(await daemon.stop(), 0);
  });
}
