// Where the capability `http` follows a redirect, and what it takes along.

import assert from "node:assert/strict";
import { test } from "node:test";
import { askHttp, fill, seen, useHttpServers } from "../../test/support/http_servers.ts";

useHttpServers();
const local = "http://127.0.0.1:{port}";

const redirects: readonly (readonly [title: string, path: string, ended: string | number])[] = [
  ["one, absolute", `/to?302,${local}/hello`, 200],
  ["one, relative", "/to?301,hello", 200],
  ["three", "/to?302,/to?302,/to?302,/hello", 200],
  ["four", "/to?302,/to?302,/to?302,/to?302,/hello", "redirect"],
  ["without end", "/to?302,", "redirect"],
  ["to a path that is not granted", "/to?302,/private/x", "redirect"],
  ["climbing out of the granted paths", "/to?302,/to/../private/x", "redirect"],
  ["to a host that is not granted", "/to?302,http://evil.test/", "redirect"],
  ["to a user in the URL", "/to?302,http://u@127.0.0.1/hello", "redirect"],
  ["to another scheme", "/to?302,file:///etc/passwd", "redirect"],
  ["to a line break", "/to?302,/hel\tlo", "redirect"],
  ["to a granted name that leads inside", "/to?302,http://inside.test:{port}/hello", "privateAddress"],
  ["to the metadata of a cloud", "/to?302,http://169.254.169.254/hello", "privateAddress"],
  ["a status that is none", "/to?304,/hello", 304],
];

for (const [title, path, ended] of redirects) {
  test(`redirect ${title}: ${ended}`, async () => {
    const scopes = ["to", "hello"].flatMap((name) => [`http://127.0.0.1:*/${name}*`, `http://*:*/${name}*`]);
    const [first = "", ...rest] = fill(path).split(",");
    // Each hop is escaped once more than the one before it.
    const nested = rest.join(",").split(/(?<=\?\d{3}),/).reverse().reduce((inner, outer) =>
      outer + "," + encodeURIComponent(inner)
    );
    const value = await askHttp({ url: `${local}${first},${encodeURIComponent(nested)}` }, scopes);
    assert.equal(typeof value === "string" ? value : (value as { status: number }).status, ended);
  });
}

test("a redirect from https to http is not followed", async () => {
  const url = fill(`https://127.0.0.1:{tls}/to?302,${encodeURIComponent(fill(`${local}/hello`))}`);
  const before = seen.length;
  assert.equal(await askHttp({ url }, ["https://127.0.0.1:*/*", "http://127.0.0.1:*/*"]), "redirect");
  assert.equal(seen.length, before + 1);
});

const carried: readonly (readonly [status: number, method: string, then: string])[] = [
  [301, "GET", "GET"],
  [301, "POST", "GET"],
  [303, "PUT", "GET"],
  [307, "POST", "POST x"],
  [308, "PUT", "PUT x"],
];

for (const [status, method, then] of carried) {
  test(`${method} after ${status} becomes ${then}`, async () => {
    const body = method === "GET" ? {} : { body: "x" };
    await askHttp({ method, url: `${local}/to?${status},/echo`, headers: { "X-Key": "k" }, ...body });
    const last = seen.at(-1);
    assert.deepEqual([`${last?.method} ${last?.body}`.trim(), last?.headers["x-key"]], [then, "k"]);
  });
}

test("another server does not see the fields that may be keys", async () => {
  const headers = { "X-Key": "k", authorization: "Basic eA==", accept: "text/plain" };
  const url = fill(`http://localhost:{port}/to?302,${encodeURIComponent(fill(`${local}/echo`))}`);
  await askHttp({ url, headers }, ["http://localhost:*/*", "http://127.0.0.1:*/*"]);
  const last = seen.at(-1)?.headers;
  assert.deepEqual([last?.["x-key"], last?.authorization, last?.accept], [undefined, undefined, "text/plain"]);
});
