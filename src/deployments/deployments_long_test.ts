import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { DeployedServer } from "../../test/support/deployed.ts";
import { goodPlugin, hostileUploads } from "../../test/support/hostile_uploads.ts";
import type { DeployView } from "../control/deployment_views.ts";

const toml = `[[plugin]]
name = "tried"
file = "tried.wasm"
grant = ["event", "verdict", "edit"]
[[plugin]]
name = "tried"
label = "second"
file = "tried.wasm"
grant = ["event", "verdict", "edit"]
`;

const real = { dryRun: false, who: "someone" };

const servers: DeployedServer[] = [];
let server: DeployedServer;

async function started(several = false): Promise<DeployedServer> {
  const fresh = new DeployedServer({ "qpsmtpd.toml": toml, "tried.wasm": goodPlugin("1.0.0") }, several);
  servers.push(fresh);
  assert.deepEqual(await fresh.start(), []);
  return fresh;
}

beforeEach(async () => {
  server = await started();
});

after(async () => {
  for (const each of servers) await each.close();
});

function versionInForce(label = "tried"): string | undefined {
  return server.plugin(label)?.manifest.version;
}

function blobs(): readonly string[] {
  const folder = join(server.state, "deployed");
  return existsSync(folder) ? readdirSync(folder).filter((name) => name !== "deployments.json").sort() : [];
}

function problemsOf(view: DeployView): string {
  assert.ok(view.kind === "refused", JSON.stringify(view));
  return view.problems.join("\n");
}

/** All that a change that was refused must not touch. */
function whatIs(number = server.number): unknown {
  const file = join(server.state, "deployed/deployments.json");
  const overlay = existsSync(file) ? readFileSync(file, "utf8") : "";
  return [number, server.generation?.plugins.map(({ digest }) => digest), overlay, blobs(), server.open];
}

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
    assert.equal(versionInForce(), "2.0.0");
    assert.equal(versionInForce("second"), "1.0.0");
    assert.equal(server.open, 2);
  });

  test("is kept for the owner alone, and survives a restart", async () => {
    await server.deployments.deploy("tried", goodPlugin(), real);
    for (const name of [...blobs(), "deployments.json"]) {
      assert.equal(statSync(join(server.state, "deployed", name)).mode & 0o777, 0o600, name);
    }
    assert.equal(statSync(join(server.state, "deployed")).mode & 0o777, 0o700);
    assert.deepEqual(await server.start(), []);
    assert.equal(versionInForce(), "2.0.0");
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
    const before = whatIs();
    const same = await server.deployments.deploy("tried", goodPlugin("1.0.0"), real);
    assert.ok(same.kind === "nothing" && /in force already/.test(same.why), JSON.stringify(same));
    assert.deepEqual(whatIs(), before);
  });

  test("as a dry run tells the same and changes nothing", async () => {
    const before = whatIs();
    const view = await server.deployments.deploy("tried", goodPlugin(), { dryRun: true });
    assert.equal(view.kind, "wouldDeploy");
    assert.deepEqual(whatIs(), before);
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
      const before = whatIs();
      assert.match(problemsOf(await server.deployments.deploy("tried", octets(), real)), problem);
      assert.deepEqual(whatIs(), before);
    });
  }

  test("takes turns, and who comes when many wait is told so", async () => {
    const views = await Promise.all(
      Array.from({ length: 20 }, (_, index) => server.deployments.deploy("tried", goodPlugin(`4.0.${index}`), real)),
    );
    const kinds = Map.groupBy(views, ({ kind }) => kind);
    assert.deepEqual([...kinds.keys()], ["deployed", "busy"]);
    assert.equal(kinds.get("deployed")?.length, 9);
    assert.equal(versionInForce(), "4.0.8");
  });
});

describe("a reload that fails", () => {
  test("puts the overlay back: nothing is changed, and every problem is told", async () => {
    await server.deployments.deploy("tried", goodPlugin(), real);
    const before = whatIs(0);
    server.failing = ["the delivery cannot be opened"];
    assert.equal(
      problemsOf(await server.deployments.deploy("tried", goodPlugin("2.0.1"), real)),
      "the delivery cannot be opened",
    );
    assert.deepEqual(whatIs(0), before);
    server.failing = ["no"];
    assert.equal((await server.deployments.enable("tried", false)).kind, "refused");
    assert.deepEqual(whatIs(0), before);
    await server.reload();
    assert.equal(versionInForce(), "2.0.0");
  });

  test("in one of several processes has all of them reload what was in force", async () => {
    server = await started(true);
    server.failing = ["worker 2 kept what it had"];
    const view = await server.deployments.deploy("tried", goodPlugin(), real);
    assert.equal(problemsOf(view), "worker 2 kept what it had\nevery worker is back on what was in force before");
    assert.equal(server.reloads, 2);
    assert.equal(versionInForce(), "1.0.0");
    server.failing = ["worker 2 kept what it had", "worker 2 does not answer"];
    assert.match(problemsOf(await server.deployments.deploy("tried", goodPlugin(), real)), /worker 2 does not answer$/);
  });

  test("because the configuration is broken meanwhile changes nothing", async () => {
    const before = whatIs();
    server.write("qpsmtpd.toml", `${toml}x = 1`);
    assert.match(problemsOf(await server.deployments.deploy("tried", goodPlugin(), real)), /x: unknown key/);
    assert.deepEqual(whatIs(), before);
  });
});
