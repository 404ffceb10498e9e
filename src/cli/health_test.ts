import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { serveStaged } from "../../test/support/staged_admin.ts";
import { health } from "./health.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-health-"));
after(() => rmSync(folder, { recursive: true, force: true }));

async function ask(toml: string): Promise<{ readonly code: number; readonly said: string }> {
  const said: string[] = [];
  const path = join(folder, "qpsmtpd.toml");
  writeFileSync(path, toml);
  const output = { print: (line: string) => void said.push(line), complain: (line: string) => void said.push(line) };
  const code = await health({ path, overrides: {} }, output);
  return { code, said: said.join("\n").replaceAll(/127\.0\.0\.1:\d+/g, "HERE") };
}

async function listening(words: string): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => void socket.on("error", () => {}).end(words));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

const servers: readonly (readonly [rule: string, words: string, code: number, said: string])[] = [
  ["a greeting is health", "220 mx.example.org ESMTP\r\n", 0, "HERE: 220 mx.example.org ESMTP"],
  ["a refusal is none", "421 4.3.2 busy\r\n", 1, "health: HERE: 421 4.3.2 busy"],
  ["an end is none", "", 1, "health: HERE: no greeting"],
  ["what is no line is none, and is shown in part", "\x1b[2J".repeat(1000), 1, `health: HERE: ${"?[2J".repeat(128)}`],
];

for (const [rule, words, code, said] of servers) {
  test(rule, async () => {
    const { server, port } = await listening(words);
    assert.deepEqual(await ask(`listen = ["127.0.0.1:${port}"]`), { code, said });
    server.close();
  });
}

test("what the server warns of is told behind its greeting, and an API that cannot be asked is no illness", async () => {
  const { server, port } = await listening("220 mx\r\n");
  const warned = await serveStaged({ hello: "", reason: "", plugin: "p", warning: "\u001b[2Jrenew the certificate" });
  const api = new URL(warned.url).host;
  const toml = (admin: string): string =>
    `listen = ["127.0.0.1:${port}"]\nstate = "state"\n[admin]\nlisten = "${admin}"`;
  mkdirSync(join(folder, "state"), { recursive: true });
  writeFileSync(join(folder, "state", "terminal-token"), "operate\n");
  const said = "HERE: 220 mx\nwarning: \\u{1b}[2Jrenew the certificate";
  assert.deepEqual(await ask(toml(api)), { code: 0, said });
  writeFileSync(join(folder, "state", "terminal-token"), "wrong\n");
  assert.deepEqual(await ask(toml(api)), { code: 0, said: "HERE: 220 mx" });
  await warned.close();
  assert.deepEqual(await ask(toml(api)), { code: 0, said: "HERE: 220 mx" });
  assert.deepEqual(await ask(toml("off")), { code: 0, said: "HERE: 220 mx" });
  server.close();
});

test("nobody who listens is no health", async () => {
  const { server, port } = await listening("");
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(await ask(`listen = ["127.0.0.1:${port}"]`), { code: 1, said: "health: HERE: ECONNREFUSED" });
});

test("the first listener is asked that greets in clear, and without one the other way is named", async () => {
  const { server, port } = await listening("220 mx\r\n");
  const secret = `[[listener]]\naddress = "127.0.0.1:1"\ntls = "implicit"\n`;
  const clear = `[[listener]]\naddress = "127.0.0.1:${port}"\n`;
  assert.deepEqual(await ask(secret + clear), { code: 0, said: "HERE: 220 mx" });
  server.close();
  const none = await ask(`${secret}[[listener]]\naddress = "systemd:smtp"\n`);
  assert.equal(none.code, 1);
  assert.match(none.said, /^health: no listener greets in clear at an address of its own/);
});

test("a configuration that is wrong is told as check tells it", async () => {
  const wrong = await ask("listen = 1");
  assert.equal(wrong.code, 1);
  assert.match(wrong.said, /listen: expected/);
});
