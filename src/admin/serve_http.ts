// HTTP over node:http for an app that takes a Request and gives a Response: the same on Node, Deno and Bun.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Place } from "../platform/listen.ts";
import { clearStaleSocket, openToGroup } from "../platform/unix_socket.ts";
import { endOf, type Ends } from "./ends.ts";
import { type Problem, problemResponse } from "./problem.ts";

/** Answers one request. */
export type Answer = (request: Request, ends: Ends) => Promise<Response>;

export interface HttpServer {
  /** `127.0.0.1:2580` or `unix:/path`. */
  readonly address: string;
  /** Ends every connection. Resolves when the socket is closed. */
  close(): Promise<void>;
}

export type HttpListening =
  | { readonly kind: "listening"; readonly server: HttpServer }
  | { readonly kind: "failed"; readonly problem: string };

/** Milliseconds for the header section, for the whole request, and between two requests. */
const patience = { headersTimeout: 10_000, requestTimeout: 90_000, keepAliveTimeout: 30_000 } as const;

const mostConnections = 200;
const longestHeader = 16_384;

/** Milliseconds in which a client may read a reply that came before its body was sent. */
const parting = 500;

export async function listenForHttp(place: Place, answer: Answer): Promise<HttpListening> {
  const path = "path" in place ? place.path : undefined;
  const inTheWay = path === undefined ? undefined : await clearStaleSocket(path);
  if (inTheWay !== undefined) return { kind: "failed", problem: inTheWay };
  const sockets = new Set<Socket>();
  const server = createServer(
    { ...patience, maxHeaderSize: longestHeader, connectionsCheckingInterval: 2000 },
    (incoming, outgoing) => void converse(incoming, outgoing, (request) => answer(request, endsOf(incoming, path))),
  );
  server.maxConnections = mostConnections;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const problem = await bind(server, place) ?? (path === undefined ? undefined : await openToGroup(path));
  const close = (): Promise<void> => closeAll(server, sockets);
  if (problem === undefined) return { kind: "listening", server: { address: addressOf(server, place), close } };
  await close();
  return { kind: "failed", problem };
}

const remedies: { readonly [code: string]: string } = {
  EADDRINUSE: "the port is in use: stop the other program, or choose another port",
  EACCES: "not allowed: ports below 1024 need privileges, and a socket a folder that this user may write",
  EADDRNOTAVAIL: "this machine does not have that address",
  ENOENT: "there is no such folder",
};

function bind(server: Server, place: Place): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.on("error", (error: NodeJS.ErrnoException) => resolve(remedies[error.code ?? ""] ?? error.message));
    // In a worker of node:cluster the primary would share the socket among all.
    const options = "path" in place ? { path: place.path } : { ...place, exclusive: true };
    server.listen(options, () => resolve(undefined));
  });
}

function addressOf(server: Server, place: Place): string {
  const bound = server.address();
  if ("path" in place) return `unix:${place.path}`;
  if (typeof bound !== "object" || bound === null) return "";
  return endOf(bound.address, bound.port);
}

/** One that listens everywhere is reached at an address all the same. `path` is that of a Unix socket. */
function endsOf({ socket }: IncomingMessage, path: string | undefined): Ends {
  const local = path === undefined ? endOf(socket.localAddress, socket.localPort) : `unix:${path}`;
  return { remote: socket.remoteAddress ?? "", local };
}

function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

async function converse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const over = new AbortController();
  outgoing.once("close", () => over.abort());
  incoming.on("error", () => over.abort());
  outgoing.on("error", () => over.abort());
  try {
    const request = requestOf(incoming, over.signal);
    const response = request === undefined ? problemResponse(malformed) : await answer(request);
    await send(response, incoming, outgoing, over.signal);
  } catch {
    // The client is gone, or the app has a bug, which it has told of.
    outgoing.destroy();
  }
}

const malformed: Problem = {
  status: 400,
  title: "Malformed",
  detail: "The request names no path of this server, or has a field twice that decides whom it is from or for.",
  remedy: "Ask for a path, with one Host and one Authorization.",
};

/** Undefined for what no honest client sends. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = "GET", url = "/", headers, rawHeaders } = incoming;
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const twice = ["host", "origin", "authorization", "content-length"].some((name) => {
    return names.indexOf(name) !== names.lastIndexOf(name);
  });
  if (twice || !url.startsWith("/") || !URL.canParse(url, "http://server")) return undefined;
  const fields = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    return value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]];
  });
  const bare = method === "GET" || method === "HEAD";
  const body = bare ? {} : { body: bodyOf(incoming), duplex: "half" as const };
  // `//evil/x` would be another host.
  return new Request(`http://server/${url.replace(/^\/+/, "")}`, { method, headers: fields, signal, ...body });
}

/** Taken off the wire only as fast as it is read; what nobody reads stays there. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let over = false;
  const once = (act: () => void): void => {
    if (!over) act();
    over = true;
  };
  return new ReadableStream({
    start(controller): void {
      incoming.on("data", (octets: Uint8Array) => {
        if (over) return;
        controller.enqueue(octets);
        if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
      });
      incoming.once("end", () => once(() => controller.close()));
      incoming.once("close", () => once(() => controller.error(new Error("the client is gone"))));
      incoming.pause();
    },
    pull: () => void incoming.resume(),
    cancel: () => once(() => void incoming.pause()),
  });
}

async function send(
  response: Response,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (!incoming.complete) return await sendAndPart(response, incoming, outgoing);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body !== null && incoming.method !== "HEAD") await pump(response.body, outgoing, signal);
  outgoing.end();
}

/**
 * What was not read is never read: not a gigabyte of it. To close with octets unread resets the connection, and takes the
 * reply back from a client that is still sending; so it is whole by its length, and the end comes later.
 */
async function sendAndPart(response: Response, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const octets = new Uint8Array(await response.arrayBuffer());
  const headers = { ...Object.fromEntries(response.headers), connection: "close", "content-length": octets.length };
  outgoing.writeHead(response.status, headers);
  outgoing.write(octets);
  setTimeout(() => incoming.socket.destroy(), parting);
}

async function pump(body: ReadableStream<Uint8Array>, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  while (!signal.aborted) {
    const { done, value } = await reader.read();
    if (done) return;
    if (!outgoing.write(value)) await drained(outgoing, signal);
  }
}

function drained(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    outgoing.once("drain", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
