// Every route of the API: what it gives, to whom, and what it says when it does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { type Asking, testAdmin } from "../../test/support/admin.ts";
import { problemKinds, typeOf } from "./problem.ts";
import { covers, roles } from "./role.ts";

interface Row {
  readonly method: string;
  readonly path: string;
  /** Whose token is enough; empty: none is needed. */
  readonly role: "" | "read" | "operate" | "deploy";
  readonly status?: number;
  readonly body?: string;
  /** What the Control was asked. */
  readonly asks?: string;
  /** What the audit log says: `action target result`. */
  readonly audits?: string;
}

const rows: readonly Row[] = [
  { method: "GET", path: "/health", role: "" },
  { method: "GET", path: "/ready", role: "" },
  { method: "GET", path: "/openapi.json", role: "" },
  { method: "GET", path: "/docs", role: "" },
  { method: "GET", path: "/docs.css", role: "" },
  { method: "GET", path: `/proof?fingerprint=${"f".repeat(43)}&challenge=${"c".repeat(22)}`, role: "" },
  { method: "GET", path: "/proof", role: "", status: 400 },
  { method: "DELETE", path: "/session", role: "", status: 204 },
  { method: "GET", path: "/session", role: "read" },
  { method: "GET", path: "/status", role: "read" },
  { method: "GET", path: "/metrics", role: "read" },
  { method: "GET", path: "/config", role: "read" },
  { method: "GET", path: "/plugins", role: "read" },
  { method: "GET", path: "/plugins/a", role: "read" },
  { method: "GET", path: "/plugins/b", role: "read", status: 404 },
  { method: "GET", path: "/sessions", role: "read" },
  { method: "GET", path: "/sessions/known", role: "read", asks: "session known" },
  { method: "GET", path: "/sessions/x", role: "read", status: 404, asks: "session x" },
  { method: "GET", path: "/explain/0000001-abcdefg", role: "read" },
  { method: "GET", path: "/explain/0000002-abcdefg", role: "read", status: 404 },
  { method: "GET", path: "/explain/%3Cscript%3E", role: "read", status: 404 },
  { method: "POST", path: "/reload", role: "operate", asks: "reload", audits: "reload undefined reloaded" },
  { method: "POST", path: "/plugins/a/reload", role: "operate", asks: "reload", audits: "reload a reloaded" },
  { method: "POST", path: "/plugins/b/reload", role: "operate", status: 404 },
  { method: "POST", path: "/plugins/a/enable", role: "operate", asks: "enable a", audits: "enable a deployed" },
  { method: "POST", path: "/plugins/a/disable", role: "operate", asks: "disable a", audits: "disable a deployed" },
  { method: "POST", path: "/plugins/a/rollback", role: "operate", asks: "rollback a", audits: "rollback a deployed" },
  {
    method: "POST",
    path: "/plugins/b/rollback",
    role: "operate",
    status: 404,
    asks: "rollback b",
    audits: "rollback b unknown",
  },
  {
    method: "PATCH",
    path: "/plugins/a/policy",
    role: "operate",
    body: `{"mode":"monitor","as":null}`,
    asks: `{"mode":"monitor","as":null} a`,
    audits: "policy a deployed",
  },
  { method: "PATCH", path: "/plugins/a/policy", role: "operate", body: `{"mode":"never"}`, status: 400 },
  { method: "PATCH", path: "/plugins/a/policy", role: "operate", body: `{"__proto__":{"x":1}}`, status: 400 },
  { method: "PATCH", path: "/plugins/a/policy", role: "operate", body: "{", status: 400 },
  { method: "PUT", path: "/plugins/a", role: "deploy", body: "wasm", asks: "4 octets a", audits: "deploy a deployed" },
  {
    method: "PUT",
    path: "/plugins/a?dryRun=1",
    role: "deploy",
    body: "wasm",
    asks: "try 4 octets a",
    audits: "deploy (dry run) a deployed",
  },
  { method: "PUT", path: "/plugins/..%2f..%2fetc%2fpasswd", role: "deploy", body: "wasm", status: 404 },
  { method: "PUT", path: "/plugins/%2e%2e", role: "", body: "wasm", status: 404 },
  { method: "PUT", path: "/plugins/%3Cscript%3Ealert(1)%3C%2Fscript%3E", role: "deploy", body: "wasm", status: 404 },
  { method: "PUT", path: "/plugins/a%00b", role: "deploy", body: "wasm", status: 404 },
  {
    method: "DELETE",
    path: "/sessions/known",
    role: "operate",
    status: 204,
    asks: "end known",
    audits: "end session known ended",
  },
  {
    method: "DELETE",
    path: "/sessions/x",
    role: "operate",
    status: 404,
    asks: "end x",
    audits: "end session x unknown",
  },
  { method: "GET", path: "/nothing", role: "", status: 404 },
  { method: "POST", path: "/health", role: "", status: 404 },
];

for (const { method, path, role, status = 200, body, asks, audits } of rows) {
  const init: Asking = body === undefined ? {} : { body };
  test(`${method} ${path}: ${status} for ${role === "" ? "everybody" : role}`, async () => {
    const admin = testAdmin();
    const response = await admin.ask(method, path, role, init);
    assert.equal(response.status, status, await response.clone().text());
    if (status >= 400) await assertProblem(response, status);
    assert.deepEqual(admin.asked, asks === undefined ? [] : [asks]);
    const audited = admin.audited.map(({ action, target, result }) => `${action} ${target} ${result}`);
    assert.deepEqual(audited, audits === undefined ? [] : [audits]);
    if (audits !== undefined) assert.deepEqual([admin.audited[0]?.who, admin.audited[0]?.from], [role, "192.0.2.1"]);
  });
  if (role === "") continue;
  test(`${method} ${path}: nobody without a token, nor with a lesser role`, async () => {
    const admin = testAdmin();
    for (const held of ["", "wrong", ...roles.filter((each) => !covers(each, role))]) {
      const response = await admin.ask(method, path, held, init);
      await assertProblem(response, held === "" || held === "wrong" ? 401 : 403);
    }
    assert.deepEqual([admin.asked, admin.audited], [[], []]);
  });
}

const docs = await (await testAdmin().ask("GET", "/docs", "")).text();

async function assertProblem(response: Response, status: number): Promise<void> {
  assert.equal(response.status, status);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json() as { readonly [name: string]: unknown };
  for (const name of ["type", "title", "detail", "remedy"]) assert.equal(typeof problem[name], "string", name);
  assert.equal(problem["status"], status);
  const [, place = ""] = /^\/docs#([a-z-]+)$/.exec(String(problem["type"])) ?? [];
  assert.equal(docs.split(`id="${place}"`).length, 2, `/docs has no place ${problem["type"]}`);
}

test("the OpenAPI document is valid, and has every route", async () => {
  const document = await (await testAdmin().ask("GET", "/openapi.json", "")).json() as {
    readonly paths: { readonly [path: string]: { readonly [method: string]: { readonly security?: unknown } } };
  };
  const result = await new Validator().validate(
    structuredClone(document) as unknown as Parameters<Validator["validate"]>[0],
  );
  assert.ok(result.valid, JSON.stringify(result.errors));
  const there = Object.entries(document.paths).flatMap(([path, methods]) => {
    return Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`);
  });
  assert.deepEqual(there.sort(), [
    "DELETE /session",
    "DELETE /sessions/{id}",
    "GET /config",
    "GET /docs",
    "GET /events",
    "GET /explain/{code}",
    "GET /health",
    "GET /metrics",
    "GET /openapi.json",
    "GET /plugins",
    "GET /plugins/{name}",
    "GET /proof",
    "GET /ready",
    "GET /session",
    "GET /sessions",
    "GET /sessions/{id}",
    "GET /status",
    "PATCH /plugins/{name}/policy",
    "POST /plugins/{name}/disable",
    "POST /plugins/{name}/enable",
    "POST /plugins/{name}/reload",
    "POST /plugins/{name}/rollback",
    "POST /reload",
    "POST /session",
    "PUT /plugins/{name}",
  ]);
});

test("the page of the API names every route, and nothing of another host", async () => {
  const text = await (await testAdmin().ask("GET", "/docs", "")).text();
  for (const path of ["/plugins/{name}/rollback", "/explain/{code}", "/events"]) assert.ok(text.includes(path), path);
  assert.doesNotMatch(text, /https?:|<script|style=/);
});

test("every kind of problem has one name, and a place of that name in the page with what it means", () => {
  const names = Object.values(problemKinds).map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const [status, { name, meaning }] of Object.entries(problemKinds)) {
    assert.equal(typeOf(Number(status)), `/docs#${name}`);
    assert.ok(docs.includes(`<p id="${name}"><b>${status}</b><code>${name}</code>: ${meaning.replace("'", "&#39;")}`));
  }
});

test("every reply says that it is for nobody else: no frames, no guessing of types, no caches, no foreign scripts", async () => {
  for (const path of ["/health", "/docs", "/plugins", "/nothing"]) {
    const { headers } = await testAdmin().ask("GET", path, "");
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'self'; .*frame-ancestors 'none'/);
    assert.doesNotMatch(headers.get("content-security-policy") ?? "", /unsafe/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("access-control-allow-origin"), null);
  }
});

test("GET /metrics is open if the operator says so", async () => {
  const response = await testAdmin({}, { openMetrics: true }).ask("GET", "/metrics", "");
  assert.equal(await response.text(), "families 0\n");
});

test("GET /ready says why not", async () => {
  const status = {
    version: "",
    runtime: "",
    hostname: "",
    pid: 1,
    started: 0,
    generation: 1,
    workers: [],
    warnings: [],
  };
  const admin = testAdmin({ status: () => Promise.resolve({ ...status, ready: false, why: "overloaded" }) });
  const response = await admin.ask("GET", "/ready", "");
  assert.equal(response.headers.get("retry-after"), "5");
  assert.equal((await response.clone().json() as { why: string }).why, "overloaded");
  await assertProblem(response, 503);
});

test("a refused upload tells every problem and what would change", async () => {
  const after = { digest: "d", name: "a", version: "2", hooks: [], needs: ["dns"], size: 1 };
  const comparison = { after, grants: { added: ["dns"], removed: [], granted: [], missing: ["dns"] } };
  const admin = testAdmin({
    deploy: (label) => Promise.resolve({ kind: "refused", label, problems: ["it needs dns"], comparison }),
  });
  const response = await admin.ask("PUT", "/plugins/a", "deploy", { body: "wasm" });
  const body = await response.clone().json() as { problems: string[]; comparison: unknown };
  assert.deepEqual([body.problems, body.comparison], [["it needs dns"], comparison]);
  await assertProblem(response, 422);
  assert.equal(admin.audited[0]?.detail, "it needs dns");
});

for (
  const [view, status] of [
    [{ kind: "nothing", label: "a", why: "there is no earlier version" }, 409],
    [{ kind: "unsupported", label: "a", why: "not here" }, 501],
  ] as const
) {
  test(`a change that comes to "${view.kind}" is ${status}`, async () => {
    const admin = testAdmin({ rollback: () => Promise.resolve(view) });
    await assertProblem(await admin.ask("POST", "/plugins/a/rollback", "operate"), status);
  });
}

test("a reload that changed nothing is 422 with every problem", async () => {
  const admin = testAdmin({ reload: () => Promise.resolve({ kind: "kept", number: 1, problems: ["a", "b"] }) });
  const response = await admin.ask("POST", "/reload", "operate");
  assert.deepEqual((await response.json() as { problems: string[] }).problems, ["a", "b"]);
});

test("a bug is a problem document, and the log tells of it", async () => {
  const admin = testAdmin({ plugins: () => Promise.reject(new Error("secret path")) });
  const response = await admin.ask("GET", "/plugins", "read");
  assert.doesNotMatch(await response.clone().text(), /secret/);
  await assertProblem(response, 500);
  assert.deepEqual(admin.logged, ["error a bug in the API, please report it"]);
});
