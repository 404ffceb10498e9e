// The capability `http` against real servers on this machine.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { callWith, outcomeOf } from "../../test/support/capability_calls.ts";
import { eventually } from "../../test/support/eventually.ts";
import { askHttp, fill, looked, seen, unfinished, useHttpServers } from "../../test/support/http_servers.ts";
import { parseTarget } from "../scopes/http_scope.ts";
import { HttpCapability } from "./http.ts";
import { exchange } from "./http_exchange.ts";

useHttpServers();
const local = "http://127.0.0.1:{port}";

test("an answer is its status, header fields and text", async () => {
  const value = await askHttp({ url: "http://127.0.0.1:{port}/hello?q=1" }) as { [key: string]: unknown };
  assert.deepEqual([value["status"], value["text"], value["truncated"]], [200, "grüezi", false]);
  assert.equal((value["headers"] as { [name: string]: string })["x-thing"], "a, b");
  assert.equal(seen.at(-1)?.url, "/hello?q=1");
});

test("octets come as base64, and 404 is an answer like others", async () => {
  const octets = await askHttp({ url: "http://127.0.0.1:{port}/octets", as: "base64" }) as { base64: string };
  assert.equal(octets.base64, "AP8NCg==");
  const missing = await askHttp({ url: "http://127.0.0.1:{port}/nowhere" }) as { status: number; text: string };
  assert.deepEqual([missing.status, missing.text], [404, "no"]);
});

test("the request has the plugin's fields and body, and the host's Host", async () => {
  const headers = { "X-Key": "k", "Content-Type": "application/json", "User-Agent": "mine" };
  await askHttp({ method: "POST", url: "http://127.0.0.1:{port}/echo", headers, body: '{"ä":1}' });
  const last = seen.at(-1);
  assert.deepEqual([last?.method, last?.body], ["POST", '{"ä":1}']);
  assert.deepEqual(
    ["x-key", "content-type", "user-agent", "host", "content-length", "accept-encoding", "transfer-encoding"]
      .map((name) => last?.headers[name]),
    ["k", "application/json", "mine", fill("127.0.0.1:{port}"), "8", "identity", undefined],
  );
});

test("HEAD, PUT and DELETE", async () => {
  const head = await askHttp({ method: "HEAD", url: "http://127.0.0.1:{port}/hello" }) as { text: string };
  assert.equal(head.text, "");
  await askHttp({ method: "PUT", url: "http://127.0.0.1:{port}/echo", body: "x" });
  await askHttp({ method: "DELETE", url: "http://127.0.0.1:{port}/echo" });
  assert.deepEqual(seen.slice(-2).map(({ method, body }) => method + body), ["PUTx", "DELETE"]);
});

test("what a server compresses unasked is not inflated", async () => {
  const value = await askHttp({ url: "http://127.0.0.1:{port}/gzip", as: "base64" }) as { base64: string };
  assert.deepEqual([...Buffer.from(value.base64, "base64").subarray(0, 2)], [0x1f, 0x8b]);
});

const refusals: readonly (readonly [title: string, request: object, scopes: readonly string[], code: string])[] = [
  ["no URL", {}, ["*"], "badRequest"],
  ["not even an object", [], ["*"], "badRequest"],
  ["an unknown member", { url: "http://a.test/", agent: 1 }, ["*"], "badRequest"],
  ["another method", { url: "http://a.test/", method: "CONNECT" }, ["*"], "badRequest"],
  ["another scheme", { url: "file:///etc/passwd" }, ["*"], "badRequest"],
  ["a user in the URL", { url: "http://u:p@a.test/" }, ["*"], "badRequest"],
  ["GET with a body", { url: "http://a.test/", body: "x" }, ["*"], "badRequest"],
  ["a long body", { url: "http://a.test/", method: "POST", body: "ä".repeat(131_073) }, ["*"], "badRequest"],
  ["a higher limit", { url: "http://a.test/", most: 1_048_577 }, ["*"], "badRequest"],
  ["a longer time", { url: "http://a.test/", timeout: 10_001 }, ["*"], "badRequest"],
  [
    "too many fields",
    {
      url: "http://a.test/",
      headers: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`X-${i}`, ""])),
    },
    ["*"],
    "badRequest",
  ],
  [
    "long fields",
    {
      url: "http://a.test/",
      headers: Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`X-${i}`, "x".repeat(4000)])),
    },
    ["*"],
    "badRequest",
  ],
  ["a field twice", { url: "http://a.test/", headers: { "X-A": "1", "x-a": "2" } }, ["*"], "badRequest"],
  ["a line in a value", { url: "http://a.test/", headers: { "X-A": "1\r\nX-B: 2" } }, ["*"], "badRequest"],
  ["a line in a name", { url: "http://a.test/", headers: { "X-A: 1\r\nX-B": "2" } }, ["*"], "badRequest"],
  ...["Host", "connection", "Content-Length", "transfer-encoding", "Proxy-Authorization", "Upgrade", "Accept-Encoding"]
    .map((name) =>
      [`the field ${name}`, { url: "http://a.test/", headers: { [name]: "1" } }, ["*"], "badRequest"] as const
    ),
  ["no scopes", { url: "http://a.test/" }, [], "notGranted"],
  ["another host", { url: "http://a.test/" }, ["http://b.test/*"], "notGranted"],
  ["another path", { url: "http://a.test/v2" }, ["http://a.test/v1/*"], "notGranted"],
  ["a scope that is none", { url: "http://a.test/" }, ["a.test"], "notGranted"],
  ["a name without addresses", { url: "http://nobody.test/" }, ["*"], "unresolved"],
  ["a name that cannot be looked up", { url: "http://broken.test/" }, ["*"], "unresolved"],
  ["a look-up that never ends", { url: "http://never.test/", timeout: 50 }, ["*"], "timeout"],
  // What is not on the public Internet, by name, by address, in the scope's glob.
  ["a name of this machine", { url: "http://inside.test:{port}/hello" }, ["*"], "privateAddress"],
  [
    "a granted name of this machine",
    { url: "http://inside.test:{port}/hello" },
    ["http://inside.test:*/*"],
    "privateAddress",
  ],
  ["one private address of two", { url: "http://mixed.test/" }, ["*"], "privateAddress"],
  ["an IPv4 address in IPv6", { url: "http://mapped.test/" }, ["*"], "privateAddress"],
  ["an address that is none", { url: "http://rubbish.test/" }, ["*"], "privateAddress"],
  ["the address itself with all granted", { url: "http://127.0.0.1:{port}/hello" }, ["*"], "privateAddress"],
  ["the address with all hosts granted", { url: "http://127.0.0.1:{port}/hello" }, ["http://*:*/*"], "privateAddress"],
  ["the address in octal", { url: "http://0177.0.0.1:{port}/hello" }, ["*"], "privateAddress"],
  ["any address", { url: "http://0.0.0.0:{port}/hello" }, ["*"], "privateAddress"],
  ["IPv6 loopback", { url: "http://[::1]:{port}/hello" }, ["*"], "privateAddress"],
  ["mapped loopback", { url: "http://[::ffff:127.0.0.1]:{port}/" }, ["http://127.0.0.1:*/*", "*"], "privateAddress"],
  ["the metadata of a cloud", { url: "http://169.254.169.254/" }, ["*"], "privateAddress"],
  ["localhost with all granted", { url: "http://localhost:{port}/hello" }, ["*"], "privateAddress"],
  ["below localhost", { url: "http://a.localhost:{port}/hello" }, ["http://a.localhost:*/*"], "privateAddress"],
  // Servers that misbehave.
  ["a port where nobody listens", { url: "http://127.0.0.1:1/" }, ["http://127.0.0.1:*/*"], "connection"],
  ["a server of another protocol", { url: "http://127.0.0.1:{raw}/" }, ["http://127.0.0.1:*/*"], "connection"],
  ["no answer", { url: "http://127.0.0.1:{raw}/nothing" }, ["http://127.0.0.1:*/*"], "connection"],
  ["half an answer", { url: "http://127.0.0.1:{raw}/cut" }, ["http://127.0.0.1:*/*"], "connection"],
  ["an upgrade", { url: "http://127.0.0.1:{raw}/upgrade" }, ["http://127.0.0.1:*/*"], "connection"],
  ["a slow server", { url: "http://127.0.0.1:{port}/silent", timeout: 100 }, ["http://127.0.0.1:*/*"], "timeout"],
  [
    "a server that stalls",
    { url: "http://127.0.0.1:{port}/stalls", timeout: 100 },
    ["http://127.0.0.1:*/*"],
    "timeout",
  ],
  ["a body without end", { url: "http://127.0.0.1:{port}/huge" }, ["http://127.0.0.1:*/*"], "tooLarge"],
  ["a lower limit", { url: "http://127.0.0.1:{port}/hello", most: 6 }, ["http://127.0.0.1:*/*"], "tooLarge"],
  ["too many fields in the answer", { url: "http://127.0.0.1:{port}/fields" }, ["http://127.0.0.1:*/*"], "tooLarge"],
  ["plain text where TLS should be", { url: "https://127.0.0.1:{port}/" }, ["https://127.0.0.1:*/*"], "tls"],
];

for (const [title, request, scopes, code] of refusals) {
  test(`${code}: ${title}`, async () => {
    assert.equal(await askHttp(request, scopes), code);
  });
}

test("a header section without end is refused", async () => {
  const code = await askHttp({ url: "http://127.0.0.1:{raw}/head", timeout: 2000 });
  assert.ok(code === "tooLarge" || code === "connection", String(code));
});

test("localhost is reached if a scope names it, and is not looked up", async () => {
  const value = await askHttp({ url: "http://localhost:{port}/hello" }, ["http://localhost:*/*"]) as {
    status: number;
  };
  assert.equal(value.status, 200);
  assert.equal(seen.at(-1)?.headers.host, fill("localhost:{port}"));
  assert.ok(!looked.includes("localhost"));
});

test("the certificate is compared with the host of the URL, even where an address was connected to", async () => {
  const good = await askHttp({ url: "https://127.0.0.1:{tls}/hello" }, ["https://127.0.0.1:*/*"]) as {
    status: number;
  };
  assert.equal(good.status, 200);
  // The certificate is for api.test and the address, not for this name.
  assert.equal(await askHttp({ url: "https://localhost:{tls}/hello" }, ["https://localhost:*/*"]), "tls");
  const distrustful = new HttpCapability({ lookup: async () => await Promise.resolve([]) });
  const call = callWith(["https://127.0.0.1:*/*"]);
  assert.equal(outcomeOf(await distrustful.fulfil({ url: fill("https://127.0.0.1:{tls}/hello") }, call)), "tls");
});

test("a name is looked up once, and connected to at the address that was checked", async () => {
  looked.length = 0;
  assert.equal(await askHttp({ url: "http://mixed.test/" }, ["*"]), "privateAddress");
  assert.deepEqual(looked, ["mixed.test"]);
  // Nobody knows this name here: whoever asked for its address again would find none.
  for (const [scheme, port] of [["http", fill("{port}")], ["https", fill("{tls}")]] as const) {
    const parsed = parseTarget(`${scheme}://api.test:${port}/hello`);
    const target = parsed.kind === "target" ? parsed.target : assert.fail(parsed.why);
    const limits = { most: 100, ca: apiCertificate.cert };
    const { signal } = new AbortController();
    const exchanged = await exchange({ method: "GET", target, headers: {} }, "127.0.0.1", limits, signal);
    assert.equal(exchanged.kind === "answered" ? exchanged.status : exchanged.message, 200);
    assert.equal(seen.at(-1)?.headers.host, `api.test:${port}`);
  }
});

const endings = [["/silent", 5000, "aborted"], ["/stalls", 5000, "aborted"], ["/silent", 600, "timeout"], [
  "/huge",
  5000,
  "tooLarge",
]] as const;

for (const [path, timeout, ended] of endings) {
  test(`${path} ended by ${ended}: the connection is closed`, async () => {
    const controller = new AbortController();
    const [closedBefore, seenBefore] = [unfinished.count, seen.length];
    const asked = askHttp({ url: `${local}${path}`, timeout }, undefined, controller.signal);
    if (ended === "aborted") {
      await until(() => seen.length > seenBefore);
      controller.abort();
    }
    assert.equal(await asked, ended);
    await until(() => unfinished.count > closedBefore);
  });
}

test("a proxy of the environment is not asked", async () => {
  const program = fileURLToPath(new URL("../../test/support/ask_http.ts", import.meta.url));
  const flags = process.versions["deno"] === undefined ? [] : ["run", "-A", "--no-check"];
  const proxy = fill("http://127.0.0.1:{raw}");
  // The runtimes read them when they start.
  const env = { ...process.env, NODE_USE_ENV_PROXY: "1", http_proxy: proxy, HTTP_PROXY: proxy, no_proxy: "" };
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [...flags, program, fill(`${local}/hello`)], { env });
  assert.match(stdout, /"status":200/);
});

test("after the end of the call nothing is asked", async () => {
  const before = seen.length;
  assert.equal(await askHttp({ url: `${local}/hello` }, undefined, AbortSignal.abort()), "aborted");
  assert.equal(seen.length, before);
});

async function until(isSo: () => boolean): Promise<void> {
  await eventually(() => `${isSo} never came true`, () => isSo() || undefined);
}
