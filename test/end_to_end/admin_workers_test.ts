// The API over two worker processes: every route gives what a single process gives, of both and to both.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { listenToEvents } from "../support/api_talk.ts";
import { DeployingDaemon, token } from "../support/deploying.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { parseMetrics } from "../support/metrics_parser.ts";
import { projectRoot } from "../support/runtimes.ts";
import { connectPeer, type SmtpPeer } from "../support/smtp_peer.ts";

/** The file has a mistake in a list that is a warning. */
const toml = `hostname = "mx.test"
process.workers = 2
[[plugin]]
name = "badmailfrom"
grant = ["event:reverse_path", "verdict:reject@mail", "score"]
[[plugin]]
name = "rcpt_ok"
grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]
`;
const warning = /badmailfrom:1: \$include .*gone: no such file$/;

/** The same plugin with one more custom section: another digest. */
const other = new Uint8Array([...readFileSync(join(projectRoot, "build/plugins/rcpt_ok.wasm")), 0, 2, 1, 0x78]);

const [node] = directRuntimes;
let server: DeployingDaemon;
const peers: SmtpPeer[] = [];

before(async () => {
  const lists = { badmailfrom: "$include gone\nbad@example.org\n" };
  server = await DeployingDaemon.start(node ?? assert.fail(), { toml, lists });
});

after(async () => {
  for (const peer of peers) peer.destroy();
  assert.equal(await server?.daemon.stop(), 0);
});

// deno-lint-ignore no-explicit-any
type Body = any;

type Sent = string | Uint8Array<ArrayBuffer>;

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: Body;
  readonly headers: Headers;
}

async function ask(
  method: string,
  path: string,
  body?: Sent,
  headers: { readonly [name: string]: string } = {},
): Promise<Reply> {
  const reply = await fetch(`${server.url}${path}`, {
    method,
    redirect: "manual",
    headers: "cookie" in headers ? headers : { authorization: `Bearer ${token}`, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await reply.text();
  const isJson = /json/.test(reply.headers.get("content-type") ?? "");
  return { status: reply.status, text, body: isJson ? JSON.parse(text) : undefined, headers: reply.headers };
}

async function greeted(): Promise<SmtpPeer> {
  const peer = await connectPeer(server.daemon.port);
  peers.push(peer);
  await peer.reply();
  return peer;
}

/** The processes that serve; what they say of themselves in `/status`. */
async function pids(): Promise<readonly number[]> {
  return ((await ask("GET", "/status")).body as { workers: { pid: number }[] }).workers.map(({ pid }) => pid).sort();
}

interface Listed {
  readonly id: string;
  readonly pid: number;
}

/** A session in each of both processes. */
async function inBoth(): Promise<readonly Listed[]> {
  return await eventually(() => "sessions in one process alone", async () => {
    await greeted();
    const { sessions } = (await ask("GET", "/sessions")).body as { sessions: readonly Listed[] };
    const byProcess = new Map(sessions.map((session) => [session.pid, session]));
    return byProcess.size === 2 ? [...byProcess.values()] : undefined;
  });
}

/** Changes of the plugin: `changed`: what is told of it. */
const changes: readonly (readonly [method: string, path: string, status: number, shown: Body, body?: Sent])[] = [
  ["POST", "/reload", 200, { kind: "reloaded", changes: { kept: ["badmailfrom", "rcpt_ok"] } }],
  ["POST", "/plugins/rcpt_ok/reload", 200, { kind: "reloaded" }],
  ["POST", "/plugins/none/reload", 404, { type: "/docs#not-found" }],
  ["POST", "/plugins/rcpt_ok/disable", 200, { kind: "deployed", changes: { removed: ["rcpt_ok"] } }],
  ["POST", "/plugins/rcpt_ok/disable", 409, { type: "/docs#conflict" }],
  ["POST", "/plugins/rcpt_ok/enable", 200, { kind: "deployed", changes: { added: ["rcpt_ok"] } }],
  [
    "PATCH",
    "/plugins/rcpt_ok/policy",
    200,
    { changes: { kept: ["badmailfrom", "rcpt_ok"], rejudged: ["rcpt_ok"] } },
    `{"order":-5}`,
  ],
  ["PATCH", "/plugins/rcpt_ok/policy", 400, { type: "/docs#bad-request" }, `{"mode":"never"}`],
  ["PUT", "/plugins/rcpt_ok?dryRun=1", 200, { kind: "wouldDeploy" }, other],
  ["PUT", "/plugins/rcpt_ok", 200, { kind: "deployed", changes: { changed: ["rcpt_ok"] } }, other],
  ["PUT", "/plugins/rcpt_ok", 422, { type: "/docs#refused" }, "no wasm"],
  ["PUT", "/plugins/none", 404, { type: "/docs#not-found" }, other],
  ["POST", "/plugins/rcpt_ok/rollback", 200, { kind: "deployed", changes: { changed: ["rcpt_ok"] } }],
  ["POST", "/plugins/rcpt_ok/rollback", 409, { type: "/docs#conflict" }],
];

for (const [method, path, status, shown, body] of changes) {
  test(`${method} ${path}: ${status} ${JSON.stringify(shown)}, in both or in none`, async () => {
    const before = (await ask("GET", "/status")).body as { generation: number };
    const reply = await ask(method, path, body);
    assert.equal(reply.status, status, reply.text);
    assert.partialDeepStrictEqual(reply.body, shown);
    const { generation, workers } = (await ask("GET", "/status")).body as {
      generation: number;
      workers: { generation: number }[];
    };
    const taken = ["reloaded", "deployed"].includes(reply.body.kind as string);
    const expected = before.generation + (taken ? 1 : 0);
    assert.deepEqual([generation, ...workers.map((worker) => worker.generation)], [expected, expected, expected]);
  });
}

const looks: readonly (readonly [path: string, shows: Body])[] = [
  ["/health", { status: "alive" }],
  ["/ready", { status: "ready" }],
  ["/session", { name: "tester", role: "deploy" }],
  ["/status", { hostname: "mx.test", ready: true }],
  ["/config", { hostname: "mx.test", process: { workers: 2 } }],
  ["/plugins", { plugins: [{ label: "badmailfrom" }, { label: "rcpt_ok" }] }],
  ["/plugins/rcpt_ok", { label: "rcpt_ok", enabled: true, source: "configuration", breaker: "closed" }],
  ["/openapi.json", { openapi: "3.1.0" }],
];

for (const [path, shows] of looks) {
  test(`GET ${path}`, async () => {
    const reply = await ask("GET", path);
    assert.equal(reply.status, 200, reply.text);
    assert.partialDeepStrictEqual(reply.body, shows);
  });
}

for (const path of ["/", "/docs", "/docs.css", "/dashboard/main.js"]) {
  test(`GET ${path}`, async () => assert.equal((await ask("GET", path)).status, 200));
}

for (const path of ["/plugins/none", "/sessions/none", "/explain/1ke4z8q-7m2px40", "/nothing"]) {
  test(`GET ${path}: there is none in either`, async () => {
    assert.partialDeepStrictEqual(await ask("GET", path), { status: 404, body: { type: "/docs#not-found" } });
  });
}

test("GET /status: what both warn of is told once", async () => {
  const { warnings, workers } = (await ask("GET", "/status")).body as { warnings: string[]; workers: unknown[] };
  assert.equal(workers.length, 2);
  assert.equal(warnings.length, 1, warnings.join("\n"));
  assert.match(warnings[0] ?? "", warning);
});

test("GET /sessions has those of both, each with its dialogue at its own place, and each can be ended", async () => {
  const both = await inBoth();
  assert.deepEqual(both.map(({ pid }) => pid).sort(), await pids());
  for (const { id, pid } of both) {
    const one = (await ask("GET", `/sessions/${id}`)).body as Listed & { dialogue: { text: string }[] };
    assert.deepEqual([one.id, one.pid, one.dialogue[0]?.text.slice(0, 4)], [id, pid, "220 "]);
    assert.equal((await ask("DELETE", `/sessions/${id}`)).status, 204);
    await eventually(() => `${id} stays`, async () => {
      return (await ask("GET", `/sessions/${id}`)).status === 404 ? true : undefined;
    });
    assert.equal((await ask("DELETE", `/sessions/${id}`)).status, 404);
  }
});

test("GET /events tells of both, and GET /explain knows a refusal of either", async () => {
  const events = await listenToEvents(Number(new URL(server.url).port), { authorization: `Bearer ${token}` });
  let heard = false;
  const both = async (): Promise<void> => {
    for (const pid of await pids()) await events.until(new RegExp(`event: connected\n.*"pid":${pid}`));
    heard = true;
  };
  // Sessions that were there before are not told of: clients come until each process has had one of them.
  const come = eventually(() => "events of one process alone", async () => {
    await greeted();
    return heard || undefined;
  });
  await Promise.all([both(), come]);
  const peer = await greeted();
  await peer.ask("EHLO client.test");
  const refused = await peer.ask("MAIL FROM:<bad@example.org>");
  const [, code = ""] = /\((\S+)\)$/.exec(refused) ?? [];
  await events.until(new RegExp(`event: reply\n.*"code":5\\d\\d`));
  await peer.ask("QUIT");
  await eventually(() => `explain ${code}: ${refused}`, async () => {
    return (await ask("GET", `/explain/${code}`)).status === 200 ? true : undefined;
  });
  events.close();
});

test("GET /metrics counts what both have served", async () => {
  const sessions = parseMetrics((await ask("GET", "/metrics")).text).get("qpsmtpd_sessions_total");
  assert.equal(sessions?.samples.reduce((sum, { value }) => sum + value, 0), peers.length);
});

test("POST and DELETE /session: a cookie looks and changes as the token does, until it is taken back", async () => {
  const origin = { origin: server.url };
  const begun = await ask("POST", "/session", JSON.stringify({ token }), { ...origin, cookie: "" });
  assert.equal(begun.status, 200, begun.text);
  const cookie = (begun.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  assert.equal((await ask("POST", "/reload", undefined, { ...origin, cookie })).status, 200);
  assert.equal((await ask("DELETE", "/session", undefined, { ...origin, cookie })).status, 204);
  assert.equal((await ask("GET", "/status", undefined, { ...origin, cookie })).status, 401);
});
