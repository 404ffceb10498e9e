// What stands before the routes: names, pages, cookies, limits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { testAdmin } from "../../test/support/admin.ts";
import { isOurName, isOurPage } from "./asked_host.ts";
import { RateLimit } from "./rate_limit.ts";
import { hashOf } from "./token.ts";

const names: readonly (readonly [header: string, isOurs: boolean])[] = [
  ["localhost", true],
  ["LOCALHOST:2580", true],
  ["127.0.0.1:2580", true],
  ["[::1]:2580", true],
  ["192.0.2.1", true],
  ["mail.example.org:443", true],
  ["evil.example.org", false],
  ["mail.example.org.evil.example", false],
  ["127.0.0.1.nip.example", false],
  ["localhost:2580@evil.example.org", false],
  ["localhost/evil", false],
  ["[::1", false],
  ["", false],
];

for (const [header, isOurs] of names) {
  test(`Host: ${header} is ${isOurs ? "ours" : "not ours"}`, () => {
    assert.equal(isOurName(header, ["mail.example.org"]), isOurs);
  });
}

test("a page is ours if it has the very host and port that it asks", () => {
  assert.ok(isOurPage("http://localhost:2580", "localhost:2580"));
  assert.ok(isOurPage("https://mail.example.org", "mail.example.org"));
  for (
    const origin of ["null", "http://localhost:2581", "http://localhost", "http://localhost:2580.evil.example", ""]
  ) {
    assert.ok(!isOurPage(origin, "localhost:2580"), origin);
  }
});

test("a browser that has shown its token is known by a cookie that no script and no other site gets", async () => {
  const admin = testAdmin();
  const body = JSON.stringify({ token: "operate" });
  const origin = "http://127.0.0.1:2580";
  const response = await admin.ask("POST", "/session", "", { body, headers: { origin } });
  assert.deepEqual(await response.json(), { name: "operate", role: "operate" });
  const set = response.headers.get("set-cookie") ?? "";
  assert.match(set, /^qpsmtpd_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
  const cookie = set.split(";")[0] ?? "";
  assert.equal((await admin.ask("GET", "/plugins", "", { headers: { cookie } })).status, 200);
  assert.equal((await admin.ask("POST", "/reload", "", { headers: { cookie, origin } })).status, 200);
  // Without the word of a browser, or from elsewhere, a cookie changes nothing.
  assert.equal((await admin.ask("POST", "/reload", "", { headers: { cookie } })).status, 403);
  assert.equal(
    (await admin.ask("POST", "/reload", "", { headers: { cookie, origin: "http://evil.test" } })).status,
    403,
  );
  assert.equal((await admin.ask("PUT", "/plugins/a", "", { headers: { cookie, origin }, body: "x" })).status, 403);
  await admin.ask("DELETE", "/session", "", { headers: { cookie, origin } });
  assert.equal((await admin.ask("GET", "/plugins", "", { headers: { cookie } })).status, 401);
  assert.deepEqual(admin.audited.map(({ who, action }) => `${who} ${action}`), ["operate sign in", "operate reload"]);
});

test("a cookie counts no more when its token is taken back, or after half a day", async () => {
  for (const end of ["token", "another of its name", "time"]) {
    const admin = testAdmin();
    const body = JSON.stringify({ token: "read" });
    const response = await admin.ask("POST", "/session", "", { body });
    const cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    assert.equal((await admin.ask("GET", "/plugins", "", { headers: { cookie } })).status, 200);
    if (end === "time") admin.pass(43_200_001);
    else admin.tokens.splice(0);
    if (end === "another of its name") admin.tokens.push({ name: "read", role: "deploy", hash: hashOf("new") });
    assert.equal((await admin.ask("GET", "/plugins", "", { headers: { cookie } })).status, 401, end);
  }
});

for (const body of ["", "{", `{"token":1}`, `{"token":"wrong"}`, `{"token":"${"x".repeat(5000)}"}`]) {
  test(`no cookie for ${body.slice(0, 20)}`, async () => {
    const response = await testAdmin().ask("POST", "/session", "", { body });
    assert.ok([401, 413].includes(response.status));
    assert.equal(response.headers.get("set-cookie"), null);
  });
}

test("wrong tokens of one address are answered 429 after ten, others' and right ones are not", async () => {
  const admin = testAdmin();
  for (let tries = 0; tries < 10; tries++) assert.equal((await admin.ask("GET", "/plugins", "wrong")).status, 401);
  const slowed = await admin.ask("GET", "/plugins", "wrong");
  assert.deepEqual([slowed.status, slowed.headers.get("retry-after")], [429, "10"]);
  assert.equal((await admin.ask("POST", "/session", "", { body: `{"token":"wrong"}` })).status, 429);
  assert.equal((await admin.ask("GET", "/plugins", "read")).status, 200);
  assert.equal((await admin.ask("GET", "/plugins", "wrong", { remote: "192.0.2.2" })).status, 401);
  admin.pass(10_000);
  assert.equal((await admin.ask("GET", "/plugins", "wrong")).status, 401);
});

test("any address has its bound of requests", async () => {
  const admin = testAdmin();
  const statuses = await Promise.all(
    Array.from({ length: 301 }, async () => (await admin.ask("GET", "/health", "")).status),
  );
  assert.deepEqual([statuses.filter((status) => status === 200).length, statuses.at(-1)], [300, 429]);
});

test("a limit remembers ten thousand addresses at the most", () => {
  const limit = new RateLimit({ burst: 1, perSecond: 1 }, () => 0);
  assert.deepEqual([limit.take("first"), limit.take("first")], [0, 1]);
  for (let number = 0; number < 10_000; number++) limit.take(String(number));
  assert.equal(limit.take("first"), 0);
});
