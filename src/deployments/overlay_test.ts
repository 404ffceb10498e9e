import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { goodPlugin } from "../../test/support/hostile_uploads.ts";
import { problemsOf, real, toml, type TriedServer, TriedServers } from "../../test/support/tried_server.ts";

const versions = ["2.0.0", "2.0.1", "2.0.2", "2.0.3", "2.0.4", "2.0.5", "2.0.6"];

const servers = new TriedServers();
let server: TriedServer;

beforeEach(async () => {
  server = await servers.start();
});

after(() => servers.close());

/** Nothing is left to go back to, which is said with what to do, and changes nothing. */
async function assertEnd(): Promise<void> {
  const before = server.whatIs();
  const view = await server.deployments.rollback("tried");
  assert.ok(view.kind === "nothing", JSON.stringify(view));
  assert.match(view.why, /^the file that the configuration names is in force, .*: upload the version you want$/);
  assert.deepEqual(server.whatIs(), before);
}

describe("rollback", () => {
  test("goes back one version after the other, down to the configured file, and forgets those it left", async () => {
    for (const version of versions.slice(0, 3)) await server.deployments.deploy("tried", goodPlugin(version), real);
    for (const version of ["2.0.1", "2.0.0", "1.0.0"]) {
      const view = await server.deployments.rollback("tried");
      assert.ok(view.kind === "deployed", JSON.stringify(view));
      assert.equal(view.comparison?.after.version, version);
      assert.equal(server.versionInForce(), version);
    }
    assert.deepEqual(server.blobs(), []);
    await assertEnd();
    assert.equal(server.deployments.deployment("tried"), undefined);
  });

  test("reaches five versions, and beyond them the configured file", async () => {
    for (const version of versions) await server.deployments.deploy("tried", goodPlugin(version), real);
    assert.equal(server.blobs().length, 6);
    const history = server.deployments.deployment("tried")?.history;
    assert.deepEqual(history?.map(({ version }) => version), ["2.0.5", "2.0.4", "2.0.3", "2.0.2", "2.0.1"]);
    assert.deepEqual(history?.map(({ who }) => who), Array.from({ length: 5 }, () => "someone"));
    for (let left = 5; left > 0; left--) await server.deployments.rollback("tried");
    assert.equal(server.versionInForce(), "2.0.1");
    await server.deployments.rollback("tried");
    assert.equal(server.versionInForce(), "1.0.0");
    await assertEnd();
    await assertEnd();
  });

  test("twice, and then an upload: what was left is forgotten, and the upload goes back to where it came from", async () => {
    for (const version of versions.slice(0, 3)) await server.deployments.deploy("tried", goodPlugin(version), real);
    for (let count = 0; count < 2; count++) await server.deployments.rollback("tried");
    assert.equal(server.versionInForce(), "2.0.0");
    for (const version of ["2.0.3", "2.0.2"]) {
      assert.equal((await server.deployments.deploy("tried", goodPlugin(version), real)).kind, "deployed");
    }
    const history = server.deployments.deployment("tried")?.history;
    assert.deepEqual(history?.map(({ version }) => version), ["2.0.3", "2.0.0", "1.0.0"]);
    assert.equal(server.blobs().length, 3);
    for (const version of ["2.0.3", "2.0.0", "1.0.0"]) {
      assert.equal((await server.deployments.rollback("tried")).kind, "deployed");
      assert.equal(server.versionInForce(), version);
    }
    await assertEnd();
  });

  test("counts a version that comes back as the newest, once", async () => {
    for (const version of ["2.0.0", "2.0.1", "2.0.0", "2.0.1"]) {
      await server.deployments.deploy("tried", goodPlugin(version), real);
    }
    const history = server.deployments.deployment("tried")?.history;
    assert.deepEqual(history?.map(({ version }) => version), ["2.0.0", "1.0.0"]);
  });
});

describe("switching and policy", () => {
  test("a plugin switched off is not asked, also after a restart, until it is switched on", async () => {
    assert.equal((await server.deployments.enable("tried", false)).kind, "deployed");
    assert.equal(server.versionInForce(), undefined);
    assert.deepEqual(await server.start(), []);
    assert.equal(server.versionInForce(), undefined);
    assert.equal((await server.deployments.enable("tried", false)).kind, "nothing");
    assert.equal((await server.deployments.enable("tried", true)).kind, "deployed");
    assert.equal(server.versionInForce(), "1.0.0");
  });

  test("the policy is that of the configuration but for what was changed, and null goes back", async () => {
    const change = {
      mode: "late",
      as: "defer",
      for: ["@Example.org"],
      score: { refusal: -3, weight: 2 },
      order: 7,
    } as const;
    const view = await server.deployments.setPolicy("tried", change);
    assert.ok(view.kind === "deployed", JSON.stringify(view));
    const [entry] = server.generation?.config.plugin ?? [];
    const expected = {
      mode: "late",
      as: "defer",
      immune: [],
      for: [{ domain: "example.org" }],
      refusalScore: -3,
      weight: 2,
    };
    assert.deepEqual(entry?.policy, expected);
    assert.equal(entry?.order, 7);
    await server.deployments.setPolicy("tried", { as: null, for: null, score: null, order: null, mode: "off" });
    assert.equal(server.generation?.config.plugin[0]?.off, true);
    assert.equal(server.versionInForce(), undefined);
    await server.deployments.setPolicy("tried", { mode: null });
    assert.equal(server.generation?.config.plugin[0]?.policy.mode, "enforce");
    assert.equal(server.deployments.deployment("tried"), undefined);
  });

  const wrong: readonly (readonly [change: unknown, problem: RegExp])[] = [
    [{ mode: "loud" }, /^policy\.mode: expected "enforce"/],
    [{ score: { refusal: 3 } }, /^policy\.score: .*"weight"/],
    [{ score: { refusal: 3000, weight: 1 } }, /^policy\.score.*: expected a whole number from -100 to 100$/],
    [{ for: ["nobody"] }, /^policy\.for.*: expected @example\.org/],
    [{ settings: {} }, /^policy\.settings: /],
  ];
  for (const [change, problem] of wrong) {
    test(`a policy of ${JSON.stringify(change)} is refused`, async () => {
      const before = server.whatIs();
      assert.match(problemsOf(await server.deployments.setPolicy("tried", change as object)), problem);
      assert.deepEqual(server.whatIs(), before);
    });
  }
});

describe("a damaged overlay", () => {
  test("lets the start go on with the configured files, warned; a reload keeps what is in force", async () => {
    await server.deployments.deploy("tried", goodPlugin(), real);
    const file = join(server.state, "deployed/deployments.json");
    for (const text of ["", "{", '{"format":2,"plugins":[]}', '{"format":1,"plugins":[{}]}']) {
      writeFileSync(file, text);
      const reload = await server.reload();
      assert.ok(
        reload.kind === "kept" && /deployments\.json: .*: correct it, or remove it$/.test(reload.problems.join("")),
      );
      assert.equal(server.versionInForce(), "2.0.0");
      assert.match(problemsOf(await server.deployments.enable("tried", false)), /correct it, or remove it/);
      assert.equal(readFileSync(file, "utf8"), text);
    }
    assert.deepEqual(await server.start(), []);
    assert.match(server.warnings.join("\n"), /deployments\.json: .*nothing that the API changed is in force/);
    assert.equal(server.versionInForce(), "1.0.0");
  });

  test("never runs a file that is not what its name says", async () => {
    await server.deployments.deploy("tried", goodPlugin(), real);
    const [blob = ""] = server.blobs();
    writeFileSync(join(server.state, "deployed", blob), goodPlugin("6.6.6"));
    const reload = await server.reload();
    assert.ok(
      reload.kind === "kept" && /is damaged: its content is not what its name says/.test(reload.problems.join("")),
    );
    assert.deepEqual(await server.start(), []);
    assert.equal(server.versionInForce(), "1.0.0");
    assert.match(
      server.warnings.join("\n"),
      /"tried" is damaged.*the file that the configuration names runs in its place/,
    );
    assert.equal((await server.deployments.rollback("tried")).kind, "deployed");
    assert.equal((await server.reload()).kind, "reloaded");
  });
});

test("what was changed of a plugin that the configuration does not have any more is ignored, with a warning", async () => {
  await server.deployments.deploy("second", goodPlugin(), real);
  server.write("qpsmtpd.toml", toml.replace('label = "second"', 'label = "third"'));
  assert.equal((await server.reload()).kind, "reloaded");
  assert.equal(server.versionInForce("third"), "1.0.0");
  assert.match(
    server.warnings.join("\n"),
    /the API has changed the plugin "second", which the configuration does not have/,
  );
});
