// Started as root on a port of root's, the daemon runs with the rights of an ordinary user, and cannot get them back.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { type ProcessFolder, processFolder } from "../support/process_folder.ts";
import type { Runtime } from "../support/runtimes.ts";
import { connectPeer, sendMessage } from "../support/smtp_peer.ts";
import { childrenOf, startProcess } from "../support/started_process.ts";

/** CI runs as root, so there a skipped test is a failure. */
const skip = process.getuid?.() === 0 ? false : "needs root";

const envelope = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };

/** The account that every system has for those who are nobody. */
const [, uid = 0, gid = 0] = (/^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8")) ?? []).map(
  Number,
);

function commandFor(
  { command }: Runtime,
  { config, state }: ProcessFolder,
  port: number,
): readonly [string, ...string[]] {
  return [...command, "--config", config, "--listen", `127.0.0.1:${port}`, "--state", state];
}

/** A free port that only root may have. */
async function lowPort(): Promise<number> {
  for (let port = 1023; port > 512; port--) {
    if (await isFree(port)) return port;
  }
  throw new Error("every port below 1024 is in use");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** The four user ids, the four group ids and the groups of every thread of a process. */
function rightsOf(pid: number): ReadonlySet<string> {
  const threads = readdirSync(`/proc/${pid}/task`);
  return new Set(threads.flatMap((thread) => {
    const lines = statusOf(pid, thread).match(/^(?:Uid|Gid|Groups):.*/gm);
    return lines === null ? [] : [lines.map((line) => line.replace(/\s+/g, " ").trim()).join(" ")];
  }));
}

/** Nothing of a thread that has ended meanwhile. */
function statusOf(pid: number, thread: string): string {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
  } catch {
    return "";
  }
}

function expectedRights({ name }: Runtime): ReadonlySet<string> {
  const groups = name === "Deno" ? "Groups:" : `Groups: ${gid}`;
  return new Set([`Uid: ${uid} ${uid} ${uid} ${uid} Gid: ${gid} ${gid} ${gid} ${gid} ${groups}`]);
}

for (const runtime of directRuntimes) {
  describe(`privileges on ${runtime.name}`, { skip }, () => {
    for (const workers of [1, 2]) {
      test(`every thread of every process is the user when workers = ${workers}`, async () => {
        const folder = processFolder(`[process]\nworkers = ${workers}\nuser = "nobody"\n`, { uid, gid });
        const port = await lowPort();
        const inGroups = runtime.name === "Deno" ? [] : ["setpriv", "--groups", "4,27"];
        const [program = "", ...args] = [...inGroups, ...commandFor(runtime, folder, port)];
        const daemon = startProcess([program, ...args]);
        await daemon.until(/ try .*\n/);
        const workersOf = childrenOf(daemon.pid);
        assert.equal(workersOf.length, workers === 1 ? 0 : workers);
        for (const pid of [daemon.pid, ...workersOf]) assert.deepEqual(rightsOf(pid), expectedRights(runtime));
        const peer = await connectPeer(port);
        assert.match(await peer.reply(), /^220 /);
        await peer.ask("EHLO client.example.org");
        assert.match(await sendMessage(peer, envelope, "Subject: x\r\n\r\nx"), /^250 /);
        peer.destroy();
        const mail = join(folder.state, "maildir", "new");
        assert.deepEqual(readdirSync(mail).map((name) => statSync(join(mail, name)).uid), [uid]);
        daemon.signal("SIGTERM");
        assert.equal(await daemon.exited(), 0, daemon.output());
        rmSync(folder.folder, { recursive: true, force: true });
      });
    }

    test("a worker that dies is replaced although nobody is root any more", async () => {
      const folder = processFolder(`[process]\nworkers = 2\nuser = "nobody"\n`, { uid, gid });
      const port = await lowPort();
      const daemon = startProcess(commandFor(runtime, folder, port));
      await daemon.until(/all workers listen/);
      const from = daemon.output().length;
      const [victim = 0] = childrenOf(daemon.pid);
      process.kill(victim, "SIGKILL");
      await daemon.until(/worker listens/, from);
      for (const pid of childrenOf(daemon.pid)) assert.deepEqual(rightsOf(pid), expectedRights(runtime));
      daemon.signal("SIGTERM");
      assert.equal(await daemon.exited(), 0, daemon.output());
      rmSync(folder.folder, { recursive: true, force: true });
    });

    const refused: readonly (readonly [title: string, toml: string, says: RegExp])[] = [
      ["an unknown user", 'user = "nobody-at-all"', /process\.user: there is no user nobody-at-all in \/etc\/passwd/],
      ["root by another name", 'user = "root"', /process\.user: root has the rights of root: name another/],
      ["a group alone", 'group = "nogroup"', /process\.group: needs process\.user/],
      ["a state folder of root's", 'user = "nobody"', /state: .* is not writable for nobody: chown -R \d+:\d+ /],
    ];
    for (const workers of [1, 2]) {
      for (const [title, toml, says] of refused) {
        test(`${title} is a reason not to start, workers = ${workers}`, async () => {
          const folder = processFolder(`[process]\nworkers = ${workers}\n${toml}\n`);
          const daemon = startProcess(commandFor(runtime, folder, 0));
          assert.equal(await daemon.exited(), 1);
          assert.match(daemon.output(), says);
          assert.equal(daemon.output().trim().split("\n").length, 1, daemon.output());
          rmSync(folder.folder, { recursive: true, force: true });
        });
      }
    }

    test("root without a user is warned", async () => {
      const folder = processFolder("");
      const daemon = startProcess(commandFor(runtime, folder, 0));
      await daemon.until(/ try .*\n/);
      assert.match(daemon.output(), /warning: .*process\.user: this runs as root/);
      daemon.signal("SIGTERM");
      assert.equal(await daemon.exited(), 0);
      rmSync(folder.folder, { recursive: true, force: true });
    });
  });
}

test("Deno refuses to start while it is in root's groups, which it could not leave", { skip }, async () => {
  const [deno] = directRuntimes.filter(({ name }) => name === "Deno");
  assert.ok(deno);
  const folder = processFolder(`[process]\nuser = "nobody"\n`, { uid, gid });
  const daemon = startProcess(["setpriv", "--groups", "4,27", ...commandFor(deno, folder, 0)]);
  assert.equal(await daemon.exited(), 1);
  assert.match(
    daemon.output(),
    /process\.user: this runtime cannot leave root's groups \(4, 27\): start it by setpriv/,
  );
  rmSync(folder.folder, { recursive: true, force: true });
});
