// Who authenticates against a program, and against a database, at a whole server on each runtime.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon_process.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { projectRoot } from "../support/runtimes.ts";
import { connectPeer } from "../support/smtp_peer.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-outer-auth-"));
const plugins = join(projectRoot, "plugins-wasm");
const program = join(plugins, "auth_checkpassword", "sample_checkpassword.py");
const verdicts = ["event:credentials", "verdict:accept@auth", "verdict:reject@auth", "verdict:defer@auth"];

before(async () => {
  for (const name of ["auth_checkpassword", "auth_sql"]) {
    const built = await buildPlugin({ source: join(plugins, name, "plugin.ts") });
    assert.ok(built.kind === "built", JSON.stringify(built));
    writeFileSync(join(folder, `${name}.wasm`), built.wasm);
  }
  await stopBuilding();
  const database = new DatabaseSync(join(folder, "users.sqlite"));
  database.exec("CREATE TABLE users (name text PRIMARY KEY, secret text)");
  database.exec("INSERT INTO users VALUES ('sue@example.com', '{CLEAR}sesame')");
  database.close();
});

after(() => rmSync(folder, { recursive: true, force: true }));

const toml = `
[auth]
mechanisms = ["PLAIN"]
without_tls = true
attempts = 10
delay = "1ms"
[database.users]
kind = "sqlite"
path = "${folder}/users.sqlite"
[[plugin]]
name = "auth_checkpassword"
file = "${folder}/auth_checkpassword.wasm"
grant = ${JSON.stringify([...verdicts, `run:${program}`])}
settings = { checkpw = "${program}" }
[[plugin]]
name = "auth_sql"
file = "${folder}/auth_sql.wasm"
grant = ${JSON.stringify([...verdicts, "crypto", "sql:users"])}
settings = { database = "users", query = "SELECT secret FROM users WHERE name = ?", decoy = "{CLEAR}x" }
`;

const tries: readonly (readonly [name: string, password: string, reply: RegExp])[] = [
  ["alice@example.com", "corréct horse", /^235 /],
  ["sue@example.com", "sesame", /^235 /],
  ["alice@example.com", "hunter2", /^535 /],
  ["sue@example.com", "hunter2", /^535 /],
  ["nobody@example.com", "hunter2", /^535 /],
  ["noisy", "hunter2", /^454 /],
];

for (const { name, command } of directRuntimes) {
  const [first, ...words] = command.map((word) => word.startsWith("--allow-run") ? `--allow-run=${program}` : word);
  const runtime = { name, command: [first ?? "", ...words] as const };

  describe(`on ${name}`, () => {
    const state = mkdtempSync(join(tmpdir(), "qpsmtpd-state-"));
    let daemon: DaemonProcess;
    before(async () => {
      daemon = await startDaemon(runtime, { toml, state });
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
      rmSync(state, { recursive: true, force: true });
    });

    for (const [user, password, reply] of tries) {
      test(`${user} with ${password}: ${reply}`, async () => {
        const peer = await connectPeer(daemon.port);
        await peer.reply();
        await peer.ask("EHLO client.test");
        const said = await peer.ask(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString("base64")}`);
        assert.match(said, reply);
        peer.destroy();
      });
    }

    test("the log has no password", () => assert.doesNotMatch(daemon.output(), /hunter2|sesame|corr.ct/));
  });
}
