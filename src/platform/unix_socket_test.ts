// A socket file is removed only if nobody answers on it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { listen } from "./listen.ts";
import { clearStaleSocket, openToGroup } from "./unix_socket.ts";

const folder = temporaryFolder();

test("no file is in nobody's way", async () => {
  assert.equal(await clearStaleSocket(join(folder, "none")), undefined);
});

test("a file that is no socket stays", async () => {
  const path = join(folder, "file");
  writeFileSync(path, "");
  assert.match(await clearStaleSocket(path) ?? "", /there is a file that is no socket/);
  assert.ok(lstatSync(path).isFile());
});

test("a socket on which somebody listens stays", async () => {
  const path = join(folder, "living");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  assert.match(await clearStaleSocket(path) ?? "", /the path is in use: stop the other program/);
  assert.ok(lstatSync(path).isSocket());
  server.close();
});

test("the socket of a program that was killed is removed", async () => {
  const path = join(folder, "stale");
  const script = `import socket; socket.socket(socket.AF_UNIX).bind(${JSON.stringify(path)})`;
  assert.equal(spawnSync("python3", ["-c", script]).status, 0);
  assert.ok(lstatSync(path).isSocket());
  assert.equal(await clearStaleSocket(path), undefined);
  assert.throws(() => lstatSync(path), { code: "ENOENT" });
});

test("a new socket is for owner and group alone", async () => {
  const path = join(folder, "new");
  const listening = await listen({ path }, () => {});
  assert.ok(listening.kind === "listening");
  assert.deepEqual(listening.listener.address, { host: `unix:${path}`, port: 0 });
  assert.equal(lstatSync(path).mode & 0o777, 0o660);
  listening.listener.close();
});

test("a socket in no folder is a failure with a remedy", async () => {
  const listening = await listen({ path: join(folder, "missing", "smtp") }, () => {});
  assert.match(
    listening.kind === "failed" ? listening.message : "",
    /^unix:.*: no socket can be made there: make the folder/,
  );
});

test("who cannot open it to the group says why", async () => {
  assert.match(await openToGroup(join(folder, "nothing")) ?? "", /ENOENT/);
});
