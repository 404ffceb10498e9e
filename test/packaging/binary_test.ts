// The one executable file does all that the server does, in a folder where nothing else is.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { buildImage, type ContainerImage } from "../support/container_image.ts";
import { firstMailOn } from "../support/first_mail.ts";
import {
  serveIn,
  tryConfiguration,
  tryMail,
  tryMigration,
  tryWithoutConfiguration,
} from "../support/packed_program.ts";
import { lacking, run } from "../support/programs.ts";
import { projectRoot } from "../support/runtimes.ts";
import { connectPeer } from "../support/smtp_peer.ts";
import { childrenOf } from "../support/started_process.ts";

const built = spawnSync(process.execPath, [join(projectRoot, "packaging", "build_binary.ts")], { encoding: "utf8" });
assert.equal(built.status, 0, built.stderr);

const binary = join(projectRoot, "build", "qpsmtpd");
const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-binary-"));
after(() => rmSync(folder, { recursive: true, force: true }));

firstMailOn("the executable", { name: "Bun", command: [binary] });

describe("the executable in an empty folder", () => {
  test("says what it is, and that there is no configuration", () => tryWithoutConfiguration([binary], folder));

  test("makes a configuration, and tells mistakes", () => tryConfiguration([binary], folder));

  test("migrates an old configuration", () => tryMigration([binary], folder));

  test("serves with its own plugins, and reloads", async () => {
    await tryMail(await serveIn([binary], folder), folder);
  });

  test("serves with several processes, each of them started by itself", async () => {
    const cwd = join(folder, "workers");
    mkdirSync(join(cwd, "config"), { recursive: true });
    writeFileSync(join(cwd, "config", "rcpthosts"), "localhost\n");
    const serving = await serveIn([binary], cwd, "process.workers = 2\n");
    await tryMail(serving, cwd);
    assert.match(serving.process.output(), /all workers listen pids="\d+,\d+"/);
  });

  test("does not compile plugins, and says who does", async () => {
    const asked = await run(binary, ["plugin", "build", "plugin.ts"], { cwd: folder });
    assert.equal(asked.code, 1);
    assert.match(asked.stderr, /^plugin build: the compiler is not in this executable: install the npm package/);
  });

  test("takes no settings from files of the folder it is started in", async () => {
    writeFileSync(join(folder, ".env"), "QPSMTPD_CONFIG=/nonexistent/qpsmtpd.toml\n");
    const good = await run(binary, ["check"], { cwd: folder });
    assert.equal(good.code, 0, good.stderr);
  });
});

describe("the executable in a container of its own", { skip: lacking("buildah", "ldd") }, () => {
  let image: ContainerImage;
  before(async () => {
    image = await buildImage(binary);
  });
  after(() => image?.remove());

  test("has no rights, and says how it is", () => {
    assert.equal(image.config.User, "65532:65532");
    assert.deepEqual(image.config.Healthcheck.Test, ["CMD", "/usr/local/bin/qpsmtpd", "health"]);
  });

  test("serves as it is, and knows whether it does", async () => {
    const program = "/usr/local/bin/qpsmtpd";
    const config = ["--config", "/etc/qpsmtpd/qpsmtpd.toml", "--listen", "127.0.0.1:0"];
    const server = image.start(program, ...config);
    const [, port = ""] = await server.until(/ listens +127\.0\.0\.1:(\d+)[^]* try /);
    assert.match(server.output(), /mail goes +maildir \/var\/lib\/qpsmtpd\/maildir/);
    const peer = await connectPeer(Number(port));
    assert.match(await peer.reply(), /^220 /);
    peer.destroy();
    const healthy = await image.run(program, "health", "--listen", `127.0.0.1:${port}`);
    assert.equal(healthy.code, 0, healthy.stderr);
    const pid = innermost(server.pid);
    assert.match(readFileSync(`/proc/${pid}/status`, "utf8"), /^Uid:\s65532\s65532\s65532\s65532$/m);
    process.kill(pid, "SIGTERM");
    assert.equal(await server.exited(), 0, server.output());
    const dead = await image.run(program, "health", "--listen", `127.0.0.1:${port}`);
    assert.equal(dead.code, 1);
    assert.match(dead.stderr, /^health: 127\.0\.0\.1:\d+: ECONNREFUSED/m);
  });
});

/** buildah runs it through processes of its own. */
function innermost(pid: number): number {
  const [child] = childrenOf(pid);
  return child === undefined ? pid : innermost(child);
}
