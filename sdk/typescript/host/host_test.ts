// The capabilities as a plugin sees them: the same natively with the fake host, and as wasm with the real ones.

import assert from "node:assert/strict";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { CallContext, Capability } from "../../../src/capabilities/capability.ts";
import { clockCapability } from "../../../src/capabilities/clock.ts";
import { ContentCapability } from "../../../src/capabilities/content.ts";
import { cryptoCapability } from "../../../src/capabilities/crypto.ts";
import { dnsCapability } from "../../../src/capabilities/dns.ts";
import { HttpCapability } from "../../../src/capabilities/http.ts";
import { storeCapability } from "../../../src/capabilities/store.ts";
import { TcpCapability } from "../../../src/capabilities/tcp.ts";
import { StubResolver } from "../../../src/dns/stub_resolver.ts";
import type { Content } from "../../../src/spool/spool.ts";
import { openStore } from "../../../src/store/sqlite_store.ts";
import { DnsServer } from "../../../test/support/dns_server.ts";
import { bareHost, type RunningWasm, runWasm } from "../../../test/support/run_wasm.ts";
import { temporaryFolder } from "../../../test/support/temporary_folder.ts";
import { type BareGuest, openBare } from "../bare_host.ts";
import { stopBuilding } from "../build_plugin.ts";
import { sampleWasm } from "../sample_plugin.ts";
import { argumentEvent, type FakeHost, fakeHost } from "../testing.ts";
import { hostCases, message, type Places, tcpReplies } from "./host_cases.ts";

const time = Date.UTC(2026, 0, 1);
const nowhere: Places = { http: "http://127.0.0.1:80", tcp: "127.0.0.1:3310" };

function nativeHost(): FakeHost {
  return fakeHost({
    dns: {
      "example.org": { A: ["192.0.2.1"], MX: [{ preference: 10, exchange: "mx.example.org" }] },
      "192.0.2.1": { PTR: ["mail.example.org"] },
      "broken.example.org": "SERVFAIL",
      "silent.example.org": "timeout",
    },
    store: {},
    http: ({ method, url, headers, text }) => {
      if (url.endsWith("/cut")) return { kind: "failed", code: "connection", message: "cut" };
      if (url.endsWith("/echo")) return { body: text ?? "" };
      return { status: 404, headers: { "x-seen": `${method} ${headers?.["x-test"]}` }, body: "nö" };
    },
    tcp: { [nowhere.tcp]: (written) => written === "" ? "HELLO\r\n" : repliesTo(written) },
    content: message,
    now: () => time,
  });
}

function repliesTo(written: string): Uint8Array {
  return Buffer.from(written === "QUIT\r\n" ? "BYE" : tcpReplies[written] ?? "", "latin1");
}

const native = nativeHost();
for (const [title, run, expected] of hostCases) {
  test(`natively, with a fake host: ${title}`, () => {
    assert.deepEqual(JSON.parse(JSON.stringify(run(native, nowhere))), expected);
  });
}

const code = `
  import { definePlugin, reject } from "#sdk";
  import { hostCases } from ${JSON.stringify(join(import.meta.dirname, "host_cases.ts"))};
  export default definePlugin({
    help(event, _setup, host) {
      const { index, places } = JSON.parse(event.argument);
      return reject(JSON.stringify(hostCases[index][1](host, places)));
    },
  });`;

let guest: BareGuest;
let running: RunningWasm;
let places = nowhere;
let dnsServer: DnsServer;
let httpServer: HttpServer;
let tcpServer: Server;
let store: { close(): Promise<void> };
const call = new AbortController();
const folder = temporaryFolder();

before(async () => {
  dnsServer = await DnsServer.start({
    "example.org A": ["192.0.2.1"],
    "example.org MX": ["10 mx.example.org"],
    "1.2.0.192.in-addr.arpa PTR": ["mail.example.org"],
    "broken.example.org A": "SERVFAIL",
    "silent.example.org A": "TIMEOUT",
  });
  httpServer = createHttpServer((request, response) => {
    if (request.url === "/cut") request.socket.destroy();
    else if (request.url === "/echo") request.pipe(response);
    else response.writeHead(404, { "x-seen": `${request.method} ${request.headers["x-test"]}` }).end("nö");
  });
  tcpServer = createServer(converse);
  places = { http: `http://127.0.0.1:${await portOf(httpServer)}`, tcp: `127.0.0.1:${await portOf(tcpServer)}` };
  const opened = await openStore(join(folder, "store.sqlite"));
  if (opened.kind === "failed") return assert.fail(opened.message);
  store = opened.store;
  const capabilities = new Map<string, Capability>([
    dnsCapability(new StubResolver({ servers: [dnsServer.address] })),
    storeCapability(opened.store, assert.fail),
    new HttpCapability({ lookup: () => Promise.resolve([]) }),
    new TcpCapability({ lookup: () => Promise.resolve([]) }),
    new ContentCapability(),
    cryptoCapability(),
    clockCapability(() => time),
  ].map((capability) => [capability.name, capability]));
  const named = [`http:${places.http}/*`, `tcp:${places.tcp}`];
  const needs = ["dns", "store", ...named, "content", "crypto", "clock", "event:argument", "verdict"];
  const wasm = await sampleWasm(code, { needs });
  const run = await runWasm(wasm, { host: { ...bareHost(capabilities), readContent: readWithinMessage } });
  if (run.kind === "problems") return assert.fail(JSON.stringify(run.problems));
  running = run;
  guest = await openBare(wasm, {
    fulfil: ({ capability, request }) => fulfil(capabilities.get(capability), request),
    readContent: (offset, length) => Promise.resolve(octets.subarray(offset, offset + length)),
  });
});

after(async () => {
  call.abort();
  await running.close();
  httpServer.close();
  tcpServer.close();
  await store.close();
  await dnsServer.stop();
  await stopBuilding();
});

hostCases.forEach(([title, , expected], index) => {
  test(`through Extism, in the sandbox: ${title}`, async () => {
    const result = await running.plugin.call(
      "help",
      argumentEvent({ argument: JSON.stringify({ index, places }) }),
      content,
    );
    if (result.kind !== "answered") return assert.fail(JSON.stringify(result));
    assert.deepEqual(JSON.parse("text" in result.answer ? String(result.answer.text) : ""), expected);
  });
  test(`as wasm, with the real capability: ${title}`, async () => {
    const { answer, error } = await guest.callSuspended(
      "help",
      argumentEvent({ argument: JSON.stringify({ index, places }) }),
    );
    assert.equal(error, undefined);
    assert.deepEqual(JSON.parse(JSON.parse(answer ?? "").text), expected);
  });
});

function readWithinMessage(
  _content: Content,
  _scopes: readonly string[],
  offset: number,
  length: number,
): Promise<Uint8Array> {
  return Promise.resolve(octets.subarray(offset, offset + length));
}

/** As the host does it: `{ value }` or `{ error }`. */
async function fulfil(capability: Capability | undefined, request: unknown): Promise<object> {
  const scopes = capability?.name === "http" ? [`${places.http}/*`] : capability?.name === "tcp" ? [places.tcp] : ["*"];
  const context: CallContext = { plugin: "test", scopes, signal: call.signal, time, content };
  const ending = await capability?.fulfil(request, context);
  if (ending?.kind === "done") return { value: ending.value };
  return { error: { code: ending?.code ?? "notGranted", message: ending?.message ?? "" } };
}

const octets = Buffer.from(message);
const content: Content = {
  size: octets.length,
  eightBit: true,
  pieces: (from = 0) => [octets.subarray(from)],
  head: (limit) => octets.subarray(0, limit),
  discard: () => Promise.resolve(),
};

function converse(socket: Socket): void {
  socket.on("error", () => {});
  socket.write("HELLO\r\n");
  socket.on("data", (piece: Uint8Array) => {
    const written = Buffer.from(piece).toString("latin1");
    socket.write(repliesTo(written));
    if (written === "QUIT\r\n") socket.end();
  });
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
