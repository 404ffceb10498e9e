// Places that are no HOST:PORT: sockets that somebody else has bound, and Unix sockets.

import assert from "node:assert/strict";
import { lstatSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { passingSockets } from "../support/pass_sockets.ts";
import { type ProcessFolder, processFolder } from "../support/process_folder.ts";
import { lacking } from "../support/programs.ts";
import type { Runtime } from "../support/runtimes.ts";
import { connectPeer } from "../support/smtp_peer.ts";
import { type StartedProcess, startProcess } from "../support/started_process.ts";

const skip = lacking("python3");

function commandFor(
  { command }: Runtime,
  { config, state }: ProcessFolder,
  address: string,
): readonly [string, ...string[]] {
  return [...command, "--config", config, "--listen", address, "--state", state];
}

async function greeting(port: number): Promise<string> {
  const peer = await connectPeer(port);
  const reply = await peer.reply();
  peer.destroy();
  return reply;
}

/** What the server says first on a Unix socket. */
function unixGreeting(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.setTimeout(60_000, () => socket.destroy(new Error("it says nothing")));
    socket.on("error", reject);
    socket.on("end", () => reject(new Error("it closed instead")));
    socket.once("data", (chunk: Uint8Array) => {
      socket.destroy();
      resolve(new TextDecoder().decode(chunk));
    });
  });
}

async function stop(daemon: StartedProcess, { folder }: ProcessFolder): Promise<void> {
  daemon.signal("SIGTERM");
  assert.equal(await daemon.exited(), 0, daemon.output());
  rmSync(folder, { recursive: true, force: true });
}

/** Leaves a socket file behind, as a killed program does. */
async function leaveStale(path: string): Promise<void> {
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`;
  await startProcess([process.execPath, "-e", script]).exited();
  assert.ok(lstatSync(path).isSocket());
}

const inherited: readonly (readonly [title: string, address: string, names: readonly string[], index: number])[] = [
  ["systemd is the first socket", "systemd", ["one", "two"], 0],
  ["systemd:NAME is the one of that name", "systemd:two", ["one", "two"], 1],
  ["fd:N is the descriptor of that number", "fd:4", ["one", "two"], 1],
];

for (const runtime of directRuntimes) {
  for (const workers of [1, 2]) {
    describe(`${workers} of ${runtime.name}`, { skip }, () => {
      const sections = `[process]\nworkers = ${workers}\n`;

      for (const [title, address, names, index] of inherited) {
        test(title, async () => {
          const folder = processFolder(sections);
          const told = !address.startsWith("fd:");
          const daemon = startProcess(passingSockets(names, told, commandFor(runtime, folder, address)));
          const ports = (await daemon.until(/passed (.*)\n/))[1]?.split(" ").map(Number) ?? [];
          await daemon.until(/ try .*\n/);
          assert.match(await greeting(ports[index] ?? 0), /^220 /);
          await stop(daemon, folder);
        });
      }

      test("a Unix socket is for owner and group, and takes the place of a stale one", async () => {
        const folder = processFolder(sections);
        const path = join(folder.folder, "smtp.sock");
        await leaveStale(path);
        const daemon = startProcess(commandFor(runtime, folder, `unix:${path}`));
        await daemon.until(/ try .*\n/);
        assert.match(await unixGreeting(path), /^220 /);
        assert.equal(lstatSync(path).mode & 0o777, 0o660);
        await stop(daemon, folder);
      });

      test("a Unix socket that somebody answers on is his", async () => {
        const folder = processFolder(sections);
        const path = join(folder.folder, "smtp.sock");
        const other = createServer().listen(path);
        const daemon = startProcess(commandFor(runtime, folder, `unix:${path}`));
        assert.equal(await daemon.exited(), 1);
        assert.match(daemon.output(), /listen: unix:.*the path is in use: stop the other program/);
        assert.ok(lstatSync(path).isSocket());
        other.close();
        rmSync(folder.folder, { recursive: true, force: true });
      });

      const missing: readonly (readonly [address: string, why: RegExp])[] = [
        ["systemd", /listen: systemd: no socket was passed \(LISTEN_FDS is not set\)/],
        ["fd:9", /listen: fd:9: is no socket to listen on: it was not passed to this process, or is closed/],
      ];
      for (const [address, why] of missing) {
        test(`${address} without a socket is a clear sentence`, async () => {
          const folder = processFolder(sections);
          const daemon = startProcess(commandFor(runtime, folder, address), { LISTEN_FDS: "" });
          assert.equal(await daemon.exited(), 1);
          assert.match(daemon.output(), why);
          rmSync(folder.folder, { recursive: true, force: true });
        });
      }
    });
  }
}
