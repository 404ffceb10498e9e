// What is taken from a web server as a list, and what is not, with its reason.

import assert from "node:assert/strict";
import { test } from "node:test";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { type Answer, ListServer } from "../../test/support/list_server.ts";
import { fetchList } from "./fetch_list.ts";

const limits = { timeout: 5000, size: 1000 };

async function withServer(use: (server: ListServer) => Promise<void>, secure = false): Promise<void> {
  const server = await new ListServer("a\nb\n", secure).start();
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

test("a list, and its version; the same version again is no list (RFC 9110 §13.1.2)", async () => {
  await withServer(async (server) => {
    const first = await fetchList(server.url, undefined, limits);
    assert.ok(first.kind === "text", JSON.stringify(first));
    assert.equal(first.text, "a\nb\n");
    assert.deepEqual(await fetchList(server.url, first.version, limits), { kind: "same" });
    server.text = "c\n";
    assert.partialDeepStrictEqual(await fetchList(server.url, first.version, limits), { kind: "text", text: "c\n" });
  });
});

const to = (location: string): Answer => (request, answer) => {
  if (request.url === "/list") answer.writeHead(302, { location }).end();
  else answer.writeHead(200).end("moved\n");
};

const failures: readonly (readonly [title: string, answer: Answer, why: RegExp])[] = [
  ["an error", (_, answer) => answer.writeHead(404).end("a\n"), /^was answered with 404$/],
  ["a 304 that nobody asked for", (_, answer) => answer.writeHead(304).end(), /^was answered with 304$/],
  ["a page in its place", (_, answer) => answer.setHeader("content-type", "text/HTML; a=b").end("a\n"), /HTML/],
  ["what is no text", (_, answer) => answer.end(Buffer.from([0xff, 0xfe])), /^is not text in UTF-8$/],
  ["more than is wanted", (_, answer) => answer.end("x".repeat(1001)), /more than 1000 octets/],
  ["half a list", (_, answer) => {
    answer.writeHead(200, { "content-length": "100" }).write("a\n");
    setTimeout(() => answer.destroy(), 50);
  }, /cannot be reached: /],
  ["silence", () => {}, /^gave no whole answer within 300 ms$/],
  ["another server", to("http://127.0.0.2:1/list"), /^redirects to http:\/\/127\.0\.0\.2:1, which is another server/],
  ["another host of the same address", to("http://localhost/list"), /which is another server/],
  ["what is no URL for us", to("ftp://127.0.0.1/list"), /^redirects, but/],
  ["a circle", to("/list"), /^redirects more than 3 times$/],
];
for (const [title, answer, why] of failures) {
  test(`not taken: ${title}`, async () => {
    await withServer(async (server) => {
      server.answer = answer;
      const fetched = await fetchList(server.url, undefined, { ...limits, timeout: title === "silence" ? 300 : 5000 });
      assert.ok(fetched.kind === "failed", JSON.stringify(fetched));
      assert.match(fetched.why, why);
    });
  });
}

test("a redirect on the same server is followed", async () => {
  await withServer(async (server) => {
    server.answer = to("/other");
    assert.partialDeepStrictEqual(await fetchList(server.url, undefined, limits), { kind: "text", text: "moved\n" });
    assert.deepEqual(server.asked, ["/list", "/other"]);
  });
});

test("nobody there", async () => {
  const server = await new ListServer("").start();
  const { url } = server;
  await server.stop();
  assert.partialDeepStrictEqual(await fetchList(url, undefined, limits), { kind: "failed" });
  assert.partialDeepStrictEqual(await fetchList("https://nowhere.invalid/x", undefined, limits), { kind: "failed" });
});

test("https: only from whom the certificate names, and who is trusted", async () => {
  await withServer(async (server) => {
    assert.partialDeepStrictEqual(await fetchList(server.url, undefined, limits), { kind: "failed" });
    const trusting = { ...limits, ca: apiCertificate.cert };
    assert.partialDeepStrictEqual(await fetchList(server.url, undefined, trusting), { kind: "text" });
    const other = server.url.replace("127.0.0.1", "localhost");
    assert.partialDeepStrictEqual(await fetchList(other, undefined, trusting), { kind: "failed" });
    assert.equal(server.asked.length, 1);
  }, true);
});
