// Uploads through the API that must change nothing, and those that every worker must take over.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { publicKeyOf, signModule } from "../../src/plugins/signature.ts";
import { DeployingDaemon } from "../support/deploying.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { goodPlugin, hostileUploads } from "../support/hostile_uploads.ts";
import { connectPeer } from "../support/smtp_peer.ts";
import { guest, hook, watPlugin } from "../support/wat_plugin.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-deploy-"));
const mine = generateKeyPairSync("ed25519").privateKey;
const theirs = generateKeyPairSync("ed25519").privateKey;

const entry = `[[plugin]]
name = "tried"
file = "${folder}/tried.wasm"
grant = ["event", "verdict", "edit"]
`;

before(() => writeFileSync(join(folder, "tried.wasm"), signModule(goodPlugin("1.0.0"), mine)));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Refuses every connection with a word of its own. */
function refusing(version: string): Uint8Array {
  const answer = `{"verdict":"reject","text":["version ${version}"]}`;
  const body = `(call $write (i32.const 0) (i32.const ${answer.length})) (i32.const 0)`;
  return watPlugin(guest(hook("connect", body), answer), { version });
}

/** How the server greets. */
async function greeting(port: number): Promise<string> {
  const peer = await connectPeer(port);
  const reply = await peer.reply();
  peer.destroy();
  return reply;
}

for (const runtime of directRuntimes) {
  describe(`uploads on ${runtime.name}`, () => {
    let server: DeployingDaemon;
    before(async () => {
      server = await DeployingDaemon.start(runtime, { toml: entry });
    });
    after(async () => {
      const { daemon } = server;
      assert.equal(await daemon.stop(), 0, daemon.output());
      rmSync(daemon.state, { recursive: true, force: true });
    });

    test("a plugin that is sent decides from the next session on, until it is rolled back or switched off", async () => {
      const { port, state } = server.daemon;
      assert.match(await greeting(port), /^220 /);
      const dry = await server.upload("tried", refusing("2.0.0"), "?dryRun=1");
      assert.deepEqual([dry.status, dry.body["kind"]], [200, "wouldDeploy"]);
      assert.match(await greeting(port), /^220 /);
      const { comparison } = await server.deploy("tried", refusing("2.0.0"));
      assert.deepEqual([comparison?.before?.version, comparison?.after.version], ["1.0.0", "2.0.0"]);
      assert.match(await greeting(port), /^554 .*version 2\.0\.0/);
      await server.deploy("tried", refusing("2.0.1"));
      assert.equal((await server.ask("POST", "/plugins/tried/rollback")).status, 200);
      assert.match(await greeting(port), /^554 .*version 2\.0\.0/);
      assert.equal((await server.ask("POST", "/plugins/tried/disable")).status, 200);
      assert.match(await greeting(port), /^220 /);
      assert.equal((await server.ask("POST", "/plugins/tried/enable")).status, 200);
      assert.equal((await server.ask("PATCH", "/plugins/tried/policy", `{"mode":"monitor"}`)).status, 200);
      assert.match(await greeting(port), /^220 /);
      assert.equal((await server.ask("PATCH", "/plugins/tried/policy", `{"mode":null}`)).status, 200);
      assert.match(await greeting(port), /^554 .*version 2\.0\.0/);
      assert.equal((await server.ask("POST", "/plugins/tried/rollback")).status, 200);
      assert.equal((await server.ask("POST", "/plugins/tried/rollback")).status, 409);
      const audit = readFileSync(join(state, "audit.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
      assert.deepEqual(audit.map(({ action, result }) => `${action} ${result}`), [
        "deploy (dry run) wouldDeploy",
        "deploy deployed",
        "deploy deployed",
        "rollback deployed",
        "disable deployed",
        "enable deployed",
        "policy deployed",
        "policy deployed",
        "rollback deployed",
        "rollback nothing",
      ]);
    });

    for (const { title, octets, problem } of hostileUploads) {
      test(`${title} changes nothing and says why`, async () => {
        const peer = await connectPeer(server.daemon.port);
        assert.match(await peer.reply(), /^220 /);
        const [before, files] = [await server.inForce(), readdirSync(join(server.daemon.state, "deployed"))];
        const uploaded = server.upload("tried", octets());
        // What runs for two seconds keeps nobody waiting.
        const spoken = peer.ask("EHLO client.example.org");
        if (/loop|memory/.test(title)) assert.equal(typeof await Promise.race([uploaded, spoken]), "string");
        assert.match(await spoken, /^250-/);
        const { status, body } = await uploaded;
        // Too large a body may be cut off before its answer can be read.
        assert.ok(title === "100 MB" ? [0, 413].includes(status) : status === 422, `${status} ${JSON.stringify(body)}`);
        if (status === 422) assert.match((body["problems"] as string[]).join("\n"), problem);
        assert.deepEqual(await server.inForce(), before);
        assert.deepEqual(readdirSync(join(server.daemon.state, "deployed")), files);
        assert.match(await peer.ask("NOOP"), /^250 /);
        assert.match(await greeting(server.daemon.port), /^220 /);
        peer.destroy();
      });
    }

    test("a name that the configuration does not have is answered with the lines to add", async () => {
      const { status, body } = await server.upload("third", goodPlugin());
      assert.equal(status, 404);
      assert.match(JSON.stringify(body), /\[\[plugin\]\]/);
      for (const name of ["..%2F..%2Fetc", "tried%00", "<b>", "constructor"]) {
        assert.equal((await server.upload(name, goodPlugin())).status, 404, name);
      }
    });

    test("where signatures are demanded, an upload without a good one changes nothing", async () => {
      const plugins = `[plugins]\nsignatures = "required"\ntrusted_keys = ["${publicKeyOf(mine)}"]\n`;
      const demanding = await DeployingDaemon.start(runtime, { toml: `${plugins}${entry}` });
      try {
        const before = await demanding.inForce();
        const forged = signModule(refusing("2.0.0"), mine);
        forged[40] = (forged[40] ?? 0) ^ 1;
        const rows: readonly (readonly [octets: Uint8Array, problem: RegExp])[] = [
          [refusing("2.0.0"), /is not signed/],
          [signModule(refusing("2.0.0"), theirs), /is signed by .*, whom plugins\.trusted_keys does not name/],
          [forged, /signature that is wrong: it was changed/],
        ];
        for (const [octets, problem] of rows) {
          const { status, body } = await demanding.upload("tried", octets);
          assert.equal(status, 422);
          assert.match((body["problems"] as string[]).join("\n"), problem);
          assert.deepEqual(await demanding.inForce(), before);
          assert.match(await greeting(demanding.daemon.port), /^220 /);
        }
        await demanding.deploy("tried", signModule(refusing("2.0.0"), mine));
        assert.match(await greeting(demanding.daemon.port), /^554 .*version 2\.0\.0/);
      } finally {
        assert.equal(await demanding.daemon.stop(), 0);
        rmSync(demanding.daemon.state, { recursive: true, force: true });
      }
    });

    test("with several workers all of them take an upload over, or none", async () => {
      const several = await DeployingDaemon.start(runtime, { toml: `process.workers = 2\n${entry}` });
      try {
        assert.deepEqual(await greetings(several), ["220"]);
        await several.deploy("tried", refusing("2.0.0"));
        assert.deepEqual(await greetings(several), ["version 2.0.0"]);
        const before = await several.inForce();
        assert.equal((await several.upload("tried", goodPlugin("3.0.0", ["http"]))).status, 422);
        assert.deepEqual(await several.inForce(), before);
        assert.equal((await several.ask("POST", "/plugins/tried/rollback")).status, 200);
        assert.deepEqual(await greetings(several), ["220"]);
        await oneOfThemDies(several);
        assert.deepEqual(await greetings(several), ["220"]);
      } finally {
        assert.equal(await several.daemon.stop(), 0);
        rmSync(several.daemon.state, { recursive: true, force: true });
      }
    });
  });
}

/** What clients are told, each once. */
async function greetings({ daemon: { port } }: DeployingDaemon): Promise<readonly string[]> {
  const all = await Promise.all(Array.from({ length: 20 }, () => greeting(port)));
  return [...new Set(all.map((each) => /^220|version [\d.]+/.exec(each)?.[0] ?? each))];
}

/** A worker stands still over an upload that the other has taken over already, and then dies. */
async function oneOfThemDies(several: DeployingDaemon): Promise<void> {
  const { body: status } = await several.ask("GET", "/status");
  const [{ pid: victim }, { pid: other }] = status["workers"] as [{ pid: number }, { pid: number }];
  process.kill(victim, "SIGSTOP");
  const reloaded = new RegExp(` reloaded generation=\\d+ .*changed=tried .*pid=${other}\\b`, "g");
  const count = (): number => several.daemon.output().match(reloaded)?.length ?? 0;
  const before = count();
  const answer = several.upload("tried", refusing("2.0.1"));
  await eventually(several.daemon.output, () => count() > before || undefined);
  process.kill(victim, "SIGKILL");
  const { status: code, body } = await answer;
  assert.equal(code, 422, JSON.stringify(body));
  assert.deepEqual(body["problems"], ["it ended: SIGKILL", "every worker is back on what was in force before"]);
  await eventually(several.daemon.output, () => count() >= before + 2 || undefined);
  assert.equal(count(), before + 2);
}
