// The files of the dashboard: all of them there, and nothing in them that a text from outside could become code by.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { testAdmin } from "../../test/support/admin.ts";
import { dashboardFiles } from "./dashboard_files.ts";

const folder = join(import.meta.dirname, "dashboard");
const sources = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")] as const);
const pages = dashboardFiles();

test("everything that the page or a module names is served", () => {
  const named = sources.flatMap(([, text]) => [
    ...[...text.matchAll(/(?:href|src)="(\/dashboard\/[^"]+)"/g)].map(([, path = ""]) => path),
    ...[...text.matchAll(/ from "\.\/([a-z_]+\.js)"/g)].map(([, name = ""]) => `/dashboard/${name}`),
  ]);
  assert.ok(named.length > 50);
  assert.deepEqual(named.filter((path) => !pages.has(path)), []);
});

test("no markup is made of strings, no code either, and nothing comes from elsewhere", () => {
  const forbidden =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\(|new Function|srcdoc|javascript:| style="| on[a-z]+="|https?:\/\//;
  const wrong = sources.filter(([, text]) => forbidden.test(text.replaceAll("http://www.w3.org/2000/svg", "")));
  assert.deepEqual(wrong.map(([name]) => name), []);
});

test("no file of the dashboard has more than 300 lines", () => {
  const long = sources.filter(([, text]) => text.split("\n").length > 300);
  assert.deepEqual(long.map(([name]) => name), []);
});

test("files come with their type, under a policy without inline code, and are asked for again by their tag", async () => {
  const { ask } = testAdmin({}, { page: (path) => pages.get(path) });
  const types = {
    "/": "text/html; charset=utf-8",
    "/dashboard/main.js": "text/javascript; charset=utf-8",
    "/dashboard/style.css": "text/css; charset=utf-8",
    "/dashboard/icon.svg": "image/svg+xml",
  };
  for (const [path, type] of Object.entries(types)) {
    const first = await ask("GET", path, "");
    assert.equal(first.status, 200);
    assert.equal(first.headers.get("content-type"), type);
    assert.match(first.headers.get("content-security-policy") ?? "", /^default-src 'self';/);
    assert.equal(first.headers.get("cache-control"), "no-cache");
    const tag = first.headers.get("etag") ?? "";
    const again = await ask("GET", path, "", { headers: { "if-none-match": `"other", ${tag}` } });
    assert.deepEqual([again.status, await again.text()], [304, ""]);
    assert.equal((await ask("GET", path, "", { headers: { "if-none-match": '"other"' } })).status, 200);
  }
});

test("only files of the dashboard are served", async () => {
  const { ask } = testAdmin({}, { page: (path) => pages.get(path) });
  for (const path of ["/dashboard/", "/dashboard/index.html", "/dashboard/..%2fapp.ts", "/dashboard/../app.ts"]) {
    assert.equal((await ask("GET", path, "")).status, 404, path);
  }
});
