// The API over real sockets, as strangers, careless clients and foreign pages meet it.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { formatToken, hashOf } from "../../src/admin/token.ts";
import { listenToEvents, type Talk, talkTo } from "../support/api_talk.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon_process.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { connectPeer } from "../support/smtp_peer.ts";

const roles = ["read", "operate", "deploy"] as const;

interface Server {
  readonly daemon: DaemonProcess;
  readonly port: number;
  ask(method: string, path: string, headers?: Headers): Promise<Reply>;
  /** Octets as they are; resolves when the server has closed, or after `within` milliseconds. */
  talk(text: string, within?: number, more?: Uint8Array): Promise<Talk>;
}

type Headers = { readonly [name: string]: string };

interface Reply {
  readonly status: number;
  readonly text: string;
}

interface Whole {
  readonly dialogue: readonly { readonly who: string; readonly text: string }[];
}

for (const runtime of directRuntimes) {
  let server: Server | undefined;
  const started = async (): Promise<Server> => server ??= await start(runtime);
  after(async () => void await server?.daemon.stop());

  test(`${runtime.name}: the first start prints where the API is and one token, keeps its hash alone, and makes a lesser one for commands`, async () => {
    const daemon = await startDaemon(runtime, { admin: "127.0.0.1:0" });
    const shown = await printed(daemon, /token, shown once +(\S+)/);
    const tokens = join(daemon.state, "admin-tokens");
    const kept = join(daemon.state, "terminal-token");
    const lines = [
      formatToken({ name: "admin", role: "deploy", hash: hashOf(shown) }),
      formatToken({ name: "terminal", role: "operate", hash: hashOf(readFileSync(kept, "utf8").trim()) }),
    ];
    assert.equal(readFileSync(tokens, "utf8"), lines.map((line) => `${line}\n`).join(""));
    for (const file of [tokens, kept]) assert.equal(statSync(file).mode & 0o777, 0o600);
    const port = Number(await printed(daemon, /dashboard and API +http:\/\/127\.0\.0\.1:(\d+)/));
    assert.equal((await asking(port)("GET", "/status", { authorization: `Bearer ${shown}` })).status, 200);
    assert.equal(await daemon.stop(), 0);
  });

  test(`${runtime.name}: no token, a wrong token, a lesser role`, async () => {
    const { ask } = await started();
    assert.equal((await ask("GET", "/health")).status, 200);
    assert.equal((await ask("GET", "/ready")).status, 200);
    assert.equal((await ask("GET", "/plugins")).status, 401);
    assert.equal((await ask("GET", "/plugins", { authorization: "Bearer wrong" })).status, 401);
    assert.equal((await ask("GET", "/plugins", { authorization: "Basic cmVhZDpyZWFk" })).status, 401);
    assert.equal((await ask("GET", "/plugins", bearer("read"))).status, 200);
    assert.equal((await ask("POST", "/reload", bearer("read"))).status, 403);
    assert.equal((await ask("POST", "/reload", bearer("operate"))).status, 200);
    assert.equal((await ask("PUT", "/plugins/rcpt_ok", bearer("operate"))).status, 403);
  });

  test(`${runtime.name}: a foreign Host, a foreign Origin, two Hosts`, async () => {
    const { talk, port } = await started();
    const get = (headers: string): string =>
      `GET /status HTTP/1.1\r\n${headers}\r\nAuthorization: Bearer read\r\nConnection: close\r\n\r\n`;
    const rows: readonly (readonly [headers: string, status: number])[] = [
      [`Host: 127.0.0.1:${port}`, 200],
      [`Host: localhost:${port}`, 200],
      [`Host: [::1]:${port}`, 200],
      ["Host: admin.example.net", 200],
      ["Host: evil.example.org", 421],
      ["Host: 127.0.0.1.evil.example.org", 421],
      ["Host: localhost.evil.example.org", 421],
      ["Host: ", 421],
      [`Host: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}`, 200],
      [`Host: 127.0.0.1:${port}\r\nOrigin: https://evil.example.org`, 403],
      [`Host: 127.0.0.1:${port}\r\nOrigin: null`, 403],
      [`Host: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:1`, 403],
      [`Host: 127.0.0.1:${port}\r\nHost: evil.example.org`, 400],
    ];
    for (const [headers, status] of rows) {
      assert.equal(statusOf((await talk(get(headers))).text), status, headers);
    }
  });

  test(`${runtime.name}: a gigabyte is refused before it is read`, async () => {
    const { talk, port } = await started();
    const head = (token: string): string => {
      return `PUT /plugins/rcpt_ok HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${token}Content-Length: 1000000000\r\n\r\n`;
    };
    const rows: readonly (readonly [token: string, status: number])[] = [["Authorization: Bearer deploy\r\n", 413], [
      "",
      401,
    ]];
    for (const [token, status] of rows) {
      const { text, sent, closed } = await talk(head(token), 60_000, new Uint8Array(200_000_000));
      assert.equal(statusOf(text), status);
      assert.ok(closed && sent < 50_000_000, `${sent} octets were taken`);
    }
  });

  test(`${runtime.name}: a body without a length ends at the bound, too`, async () => {
    const { talk, port } = await started();
    const head =
      `PATCH /plugins/rcpt_ok/policy HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer operate\r\n` +
      `Transfer-Encoding: chunked\r\n\r\n5000000\r\n`;
    const { text, closed } = await talk(head, 60_000, new Uint8Array(0x5000000));
    assert.equal(statusOf(text), 413);
    assert.ok(closed);
  });

  test(`${runtime.name}: a body that never comes is waited for ten seconds, a header no longer either`, async () => {
    const { talk, port } = await started();
    const head = `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer operate\r\nContent-Length: 50\r\n`;
    const rows = [`PATCH /plugins/rcpt_ok/policy HTTP/1.1\r\n${head}\r\n{"mode"`, `PATCH /plugins HTTP/1.1\r\n${head}`];
    const began = performance.now();
    const [body, header] = await Promise.all(rows.map((row) => talk(row, 25_000)));
    assert.equal(statusOf(body?.text ?? ""), 408, body?.text);
    // The runtime says this by itself, and may close before it is read.
    assert.ok(header?.text === "" || statusOf(header?.text ?? "") === 408, header?.text);
    assert.ok(body?.closed && header?.closed);
    assert.ok(performance.now() - began < 20_000);
  });

  test(`${runtime.name}: tricks in names reach nothing, and are not shown as they are`, async () => {
    const { talk, port } = await started();
    const paths = [
      "/../../etc/passwd",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/..%2f..%2fetc%2fpasswd",
      "//evil.example.org/",
      "/plugins/..%2f..%2f..%2fetc%2fpasswd",
      "/plugins/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
      "/explain/%3Cscript%3E",
      "/plugins/a%00b",
      "/%ff%fe",
      "/docs.css/../../../package.json",
    ];
    for (const path of paths) {
      const request =
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer read\r\nConnection: close\r\n\r\n`;
      const { text } = await talk(request);
      assert.ok([302, 400, 404].includes(statusOf(text)), `${path}: ${text}`);
      assert.doesNotMatch(text, /root:|<script|qpsmtpd_|"private"/, path);
    }
    const absolute = await talk(
      `GET http://127.0.0.1:${port}/health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
    );
    assert.equal(statusOf(absolute.text), 400);
  });

  test(`${runtime.name}: what happens is told as it happens, and a session can be ended`, async () => {
    const { daemon, port, ask } = await started();
    const events = await listenToEvents(port, bearer("read"));
    const peer = await connectPeer(daemon.port);
    await peer.reply();
    await events.until(/event: connected\n/);
    const { sessions } = JSON.parse((await ask("GET", "/sessions", bearer("read"))).text) as {
      sessions: { id: string }[];
    };
    assert.equal(sessions.length, 1);
    const [{ id, ...listed } = { id: "" }] = sessions;
    assert.equal("dialogue" in listed, false);
    const one = JSON.parse((await ask("GET", `/sessions/${id}`, bearer("read"))).text) as Whole;
    assert.deepEqual(one.dialogue.map(({ who, text }) => `${who} ${text.slice(0, 4)}`), ["S 220 "]);
    assert.equal((await ask("DELETE", `/sessions/${id}`, bearer("operate"))).status, 204);
    assert.match(await peer.reply(), /^421 /);
    await events.until(new RegExp(`event: disconnected\n.*${id}`));
    assert.equal((await ask("DELETE", `/sessions/${id}`, bearer("operate"))).status, 404);
    assert.equal((await ask("GET", `/sessions/${id}`, bearer("read"))).status, 404);
    const audit = readFileSync(join(daemon.state, "audit.jsonl"), "utf8").trim().split("\n").slice(-2).map((line) => {
      const { who, from, action, target, result } = JSON.parse(line) as { [name: string]: string };
      return { who, from, action, target, result };
    });
    const ended = { who: "operate", from: "127.0.0.1", action: "end session", target: id };
    assert.deepEqual(audit, [{ ...ended, result: "ended" }, { ...ended, result: "unknown" }]);
    assert.equal(statSync(join(daemon.state, "audit.jsonl")).mode & 0o777, 0o600);
    events.close();
  });

  test(`${runtime.name}: whoever tries tokens is slowed down; the right one passes meanwhile`, async () => {
    const { ask } = await started();
    const tried = await Promise.all(
      Array.from({ length: 20 }, (_, i) => ask("GET", "/status", { authorization: `Bearer x${i}` })),
    );
    assert.ok(tried.some(({ status }) => status === 429));
    assert.equal((await ask("GET", "/status", bearer("read"))).status, 200);
  });

  test(`${runtime.name}: a place that is taken is a warning, and mail goes on`, async () => {
    const { port } = await started();
    const daemon = await startDaemon(runtime, { admin: `127.0.0.1:${port}` });
    await printed(daemon, /(admin\.listen: 127\.0\.0\.1:\d+: the port is in use: .*mail goes on)/);
    const peer = await connectPeer(daemon.port);
    assert.match(await peer.reply(), /^220 /);
    await peer.ask("QUIT");
    assert.equal(await daemon.stop(), 0);
  });

  test(`${runtime.name}: on a Unix socket that its group alone may open`, async () => {
    const path = join(mkdtempSync(join(tmpdir(), "qpsmtpd-admin-")), "admin.sock");
    const daemon = await startDaemon(runtime, { admin: `unix:${path}` });
    await printed(daemon, /dashboard and API +(unix:\S+)/);
    assert.equal(statSync(path).mode & 0o777, 0o660);
    const { text } = await talkTo({ path }, "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert.equal(statusOf(text), 200);
    assert.equal(await daemon.stop(), 0);
  });
}

async function start(runtime: (typeof directRuntimes)[number]): Promise<Server> {
  const state = mkdtempSync(join(tmpdir(), "qpsmtpd-admin-"));
  mkdirSync(state, { recursive: true });
  const tokens = roles.map((role) => `${formatToken({ name: role, role, hash: hashOf(role) })}\n`).join("");
  writeFileSync(join(state, "admin-tokens"), tokens, { mode: 0o600 });
  const daemon = await startDaemon(runtime, { state, admin: "127.0.0.1:0", toml });
  const port = Number(await printed(daemon, /dashboard and API +http:\/\/127\.0\.0\.1:(\d+)/));
  assert.doesNotMatch(daemon.output(), /shown once/);
  return {
    daemon,
    port,
    ask: asking(port),
    talk: (text, within, more) => talkTo({ port, host: "127.0.0.1" }, text, within, more),
  };
}

const toml = `hostname = "mx.test"
[admin]
hosts = ["Admin.example.net"]
[[plugin]]
name = "rcpt_ok"
grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]
`;

function bearer(role: (typeof roles)[number]): Headers {
  return { authorization: `Bearer ${role}` };
}

function asking(port: number): Server["ask"] {
  return async (method, path, headers = {}) => {
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
    return { status: reply.status, text: await reply.text() };
  };
}

function statusOf(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]);
}

async function printed(daemon: DaemonProcess, pattern: RegExp): Promise<string> {
  return await eventually(() => `no ${pattern} in:\n${daemon.output()}`, () => {
    // The last line may not be whole.
    return pattern.exec(daemon.output().replace(/[^\n]*$/, ""))?.[1];
  });
}
