// Servers for tests of the capability `http`: they answer well, badly, endlessly, or lead elsewhere.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { after, before } from "node:test";
import { gzipSync } from "node:zlib";
import { HttpCapability } from "../../src/capabilities/http.ts";
import { apiCertificate } from "./api_certificate.ts";
import { callWith, outcomeOf } from "./capability_calls.ts";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

const ports = { port: 0, tls: 0, raw: 0 };
const servers: Server[] = [];

/** What the servers were asked, newest last. */
export const seen: Seen[] = [];
/** The names that were looked up. */
export const looked: string[] = [];
/** Answers whose connection was closed before they were finished. */
export const unfinished = { count: 0 };

/** The paths are said by their names; `/to?302,/hello` redirects, its target escaped. */
const answers: { readonly [path: string]: (request: IncomingMessage, answer: ServerResponse) => void } = {
  "/hello": (_, answer) => {
    answer.setHeader("X-Thing", ["a", "b"]);
    answer.end("grüezi");
  },
  "/echo": (_, answer) => answer.end(),
  "/octets": (_, answer) => answer.end(Buffer.from([0, 255, 13, 10])),
  "/missing": (_, answer) => answer.writeHead(404).end("no"),
  "/gzip": (_, answer) => answer.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("a".repeat(1000))),
  "/silent": (_, answer) => answer.on("close", () => unfinished.count++),
  "/stalls": (_, answer) => answer.on("close", () => unfinished.count++).write("half"),
  "/fields": (_, answer) => {
    for (let i = 0; i < 150; i++) answer.setHeader(`X-${i}`, "1");
    answer.end();
  },
  "/huge": (_, answer) => {
    const piece = Buffer.alloc(65_536);
    const more = (): void => {
      while (answer.write(piece));
      answer.once("drain", more);
    };
    answer.on("close", () => unfinished.count++);
    more();
  },
};

const answer: RequestListener = (request, answer) => {
  let body = "";
  request.on("data", (piece) => body += String(piece));
  request.on("end", () => {
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, headers, body });
    const [path = "", query = ""] = url.split("?");
    const [, status = "", to = ""] = /^(\d+),(.*)$/.exec(query) ?? [];
    if (path === "/to") answer.writeHead(Number(status), { location: decodeURIComponent(to) }).end("moved");
    else (answers[path] ?? answers["/missing"])?.(request, answer);
  });
};

function answerBadly(socket: Socket): void {
  socket.on("error", () => {});
  socket.once("data", (piece) => {
    const [, path] = String(piece).split(" ");
    if (path === "/cut") socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    else if (path === "/nothing") socket.end();
    else if (path === "/head") socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(300_000)}`);
    else if (path === "/upgrade") socket.end("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
    else socket.end("220 mx.test ESMTP\r\n");
  });
}

const names: { readonly [name: string]: readonly string[] } = {
  "inside.test": ["127.0.0.1"],
  "mixed.test": ["8.8.8.8", "10.0.0.1"],
  "mapped.test": ["::ffff:127.0.0.1"],
  "rubbish.test": ["not-an-address"],
};

const http = new HttpCapability({
  ca: apiCertificate.cert,
  lookup: async (host) => {
    looked.push(host);
    if (host === "never.test") return await new Promise(() => {});
    if (host === "broken.test") throw new Error("SERVFAIL");
    return names[host] ?? [];
  },
});

/** The value, or the code of the refusal. `{port}`, `{tls}` and `{raw}` in the URL are ports of the servers. */
export async function askHttp(
  request: object,
  scopes: readonly string[] = ["http://127.0.0.1:*/*"],
  signal: AbortSignal = new AbortController().signal,
): Promise<unknown> {
  const filled = "url" in request ? { ...request, url: fill(String(request.url)) } : request;
  return outcomeOf(await http.fulfil(filled, callWith(scopes, { signal })));
}

/** The ports are known only while the servers run. */
export function fill(text: string): string {
  return text.replaceAll(/\{(port|tls|raw)\}/g, (_, name) => String(ports[name as keyof typeof ports]));
}

/** Starts them before the tests of a file, and stops them after. */
export function useHttpServers(): void {
  before(async () => {
    ports.port = await listen(createServer(answer));
    ports.tls = await listen(createTlsServer({ ...apiCertificate }, answer));
    ports.raw = await listen(createTcpServer(answerBadly));
  });
  after(() => {
    for (const server of servers) {
      if ("closeAllConnections" in server) (server as ReturnType<typeof createServer>).closeAllConnections();
      server.close();
    }
  });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return (server.address() as AddressInfo).port;
}
