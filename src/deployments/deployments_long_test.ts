import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { goodPlugin, hostileUploads } from "../../test/support/hostile_uploads.ts";
import { problemsOf, real, toml, type TriedServer, TriedServers } from "../../test/support/tried_server.ts";

const servers = new TriedServers();
let server: TriedServer;

beforeEach(async () => {
  server = await servers.start();
});

after(() => servers.close());

describe("an upload", () => {
  test("is in force for the next session, and tells digest, versions, grants and generation", async () => {
    const before = server.plugin("tried");
    const view = await server.deployments.deploy("tried", goodPlugin(), real);
    assert.ok(view.kind === "deployed", JSON.stringify(view));
    assert.equal(view.generation, 2);
    assert.deepEqual(view.changes.changed, ["tried"]);
    assert.deepEqual([view.comparison?.before?.version, view.comparison?.after.version], ["1.0.0", "2.0.0"]);
    assert.equal(view.comparison?.before?.digest, before?.digest);
    assert.equal(view.comparison?.after.digest, server.plugin("tried")?.digest);
    assert.deepEqual(view.comparison?.grants, {
      added: [],
      removed: [],
      granted: ["event", "verdict", "edit"],
      missing: [],
    });
    assert.ok(view.milliseconds >= 0);
    assert.equal(server.versionInForce(), "2.0.0");
    assert.equal(server.versionInForce("second"), "1.0.0");
    assert.equal(server.open, 2);
  });

  test("is kept for the owner alone, and survives a restart", async () => {
    await server.deployments.deploy("tried", goodPlugin(), real);
    for (const name of [...server.blobs(), "deployments.json"]) {
      assert.equal(statSync(join(server.state, "deployed", name)).mode & 0o777, 0o600, name);
    }
    assert.equal(statSync(join(server.state, "deployed")).mode & 0o777, 0o700);
    assert.deepEqual(await server.start(), []);
    assert.equal(server.versionInForce(), "2.0.0");
    assert.equal(server.generation?.config.plugin[0]?.changed?.version, "2.0.0");
  });

  test("tells needs that come and go, and is refused for one that is not granted", async () => {
    const view = await server.deployments.deploy("tried", goodPlugin("3.0.0", ["event", "http"]), real);
    assert.ok(view.kind === "refused", JSON.stringify(view));
    assert.deepEqual(view.comparison?.grants.added, ["http"]);
    assert.deepEqual(view.comparison?.grants.removed, ["verdict", "edit"]);
    assert.deepEqual(view.comparison?.grants.missing, ["http"]);
  });

  test("of what is in force already says so and changes nothing", async () => {
    const before = server.whatIs();
    const same = await server.deployments.deploy("tried", goodPlugin("1.0.0"), real);
    assert.ok(same.kind === "nothing" && /in force already/.test(same.why), JSON.stringify(same));
    assert.deepEqual(server.whatIs(), before);
  });

  test("as a dry run tells the same and changes nothing", async () => {
    const before = server.whatIs();
    const view = await server.deployments.deploy("tried", goodPlugin(), { dryRun: true });
    assert.equal(view.kind, "wouldDeploy");
    assert.deepEqual(server.whatIs(), before);
    const bad = await server.deployments.deploy("tried", goodPlugin("3.0.0", ["http"]), { dryRun: true });
    assert.match(problemsOf(bad), /not granted: "http"/);
  });

  test("for a label that the configuration does not have is answered with the lines to add", async () => {
    const view = await server.deployments.deploy("third", goodPlugin(), real);
    assert.ok(view.kind === "unknown", JSON.stringify(view));
    assert.deepEqual(view.lines?.slice(1), [
      "[[plugin]]",
      'name = "tried"',
      'label = "third"',
      'grant = ["event", "verdict", "edit"]',
    ]);
    assert.equal((await server.deployments.rollback("constructor")).kind, "unknown");
  });

  for (const { title, octets, problem } of hostileUploads) {
    test(`of ${title} changes nothing and says why`, async () => {
      await server.deployments.deploy("tried", goodPlugin(), real);
      const before = server.whatIs();
      assert.match(problemsOf(await server.deployments.deploy("tried", octets(), real)), problem);
      assert.deepEqual(server.whatIs(), before);
    });
  }

  test("takes turns, and who comes when many wait is told so", async () => {
    const views = await Promise.all(
      Array.from({ length: 20 }, (_, index) => server.deployments.deploy("tried", goodPlugin(`4.0.${index}`), real)),
    );
    const kinds = Map.groupBy(views, ({ kind }) => kind);
    assert.deepEqual([...kinds.keys()], ["deployed", "busy"]);
    assert.equal(kinds.get("deployed")?.length, 9);
    assert.equal(server.versionInForce(), "4.0.8");
  });
});

describe("a reload that fails", () => {
  test("puts the overlay back: nothing is changed, and every problem is told", async () => {
    await server.deployments.deploy("tried", goodPlugin(), real);
    const before = server.whatIs(0);
    server.failing = ["the delivery cannot be opened"];
    assert.equal(
      problemsOf(await server.deployments.deploy("tried", goodPlugin("2.0.1"), real)),
      "the delivery cannot be opened",
    );
    assert.deepEqual(server.whatIs(0), before);
    server.failing = ["no"];
    assert.equal((await server.deployments.enable("tried", false)).kind, "refused");
    assert.deepEqual(server.whatIs(0), before);
    await server.reload();
    assert.equal(server.versionInForce(), "2.0.0");
  });

  test("in one of several processes has all of them reload what was in force", async () => {
    server = await servers.start(true);
    server.failing = ["worker 2 kept what it had"];
    const view = await server.deployments.deploy("tried", goodPlugin(), real);
    assert.equal(problemsOf(view), "worker 2 kept what it had\nevery worker is back on what was in force before");
    assert.equal(server.reloads, 2);
    assert.equal(server.versionInForce(), "1.0.0");
    server.failing = ["worker 2 kept what it had", "worker 2 does not answer"];
    assert.match(problemsOf(await server.deployments.deploy("tried", goodPlugin(), real)), /worker 2 does not answer$/);
  });

  test("because the configuration is broken meanwhile changes nothing", async () => {
    const before = server.whatIs();
    server.write("qpsmtpd.toml", `${toml}x = 1`);
    assert.match(problemsOf(await server.deployments.deploy("tried", goodPlugin(), real)), /x: unknown key/);
    assert.deepEqual(server.whatIs(), before);
  });
});
