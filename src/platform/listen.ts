// Listening sockets, with every failure as a sentence an administrator can act on.

import cluster from "node:cluster";
import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { clearStaleSocket, openToGroup } from "./unix_socket.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where to listen: an address, the path of a Unix socket, or the number of a descriptor that is a socket already. */
export type Place = Address | { readonly path: string } | { readonly descriptor: number };

export interface Listener {
  /**
   * Where it really listens; the port is filled in if 0 was asked for. A Unix socket is `unix:/path` with port 0, and
   * so is an inherited one, but that nobody knows its path: `fd:3`.
   */
  readonly address: Address;
  /** Stops accepting. Connections already accepted live on. */
  close(): void;
}

export type Listening =
  | { readonly kind: "listening"; readonly listener: Listener }
  | { readonly kind: "failed"; readonly message: string };

/** Takes a connection that has just come. */
export type Accept = (socket: Socket) => void;

interface Remedies {
  readonly [code: string]: string;
}

const addressRemedies: Remedies = {
  EADDRINUSE: "the port is in use: stop the other program, or choose another port",
  EACCES: "not allowed: ports below 1024 need privileges, choose a higher port",
  EADDRNOTAVAIL: "this machine does not have that address",
  ENOTFOUND: "no such host name: write an IP address",
};

const pathRemedies: Remedies = {
  EADDRINUSE: "the path is in use: stop the other program, or choose another path",
  // What Node says, too, when the folder is not there.
  EACCES: "no socket can be made there: make the folder, give it to this user, or choose another path",
  ENOENT: "no socket can be made there: make the folder, give it to this user, or choose another path",
};

/**
 * Listens on one place. Half-open connections are allowed: a client may close its side and still read our reply. In a
 * worker of node:cluster the primary opens the socket, once for all workers, and every worker accepts from it.
 */
export async function listen(place: Place, accept: Accept): Promise<Listening> {
  // All workers share one socket: whether its path is free, and who may connect, is for the primary to see to.
  const path = "path" in place && !cluster.isWorker ? place.path : undefined;
  const inTheWay = path === undefined ? undefined : await clearStaleSocket(path);
  if (inTheWay !== undefined) return failed(place, inTheWay);
  const opened = await openServer(place, accept);
  if (opened.kind === "failed") return opened;
  const problem = path === undefined ? undefined : await openToGroup(path);
  if (problem === undefined) return opened;
  opened.listener.close();
  return failed(place, problem);
}

/** `host:port`, with brackets around an IPv6 address; a place without a port by its name. */
export function formatAddress({ host, port }: Address): string {
  if (/^(?:unix|fd|systemd)\b/.test(host) && port === 0) return host;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The place as the configuration names it. */
export function formatPlace(place: Place): string {
  if ("path" in place) return `unix:${place.path}`;
  return "descriptor" in place ? `fd:${place.descriptor}` : formatAddress(place);
}

function openServer(place: Place, accept: Accept): Promise<Listening> {
  return new Promise((resolve) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    // On, not once: out of descriptors, a server may have an error at every client, and none may end the process.
    server.on("error", (error: NodeJS.ErrnoException) => resolve(failed(place, explain(place, error))));
    server.listen(optionsFor(place), () => {
      resolve({ kind: "listening", listener: { address: boundAddress(server, place), close: () => server.close() } });
    });
  });
}

function optionsFor(place: Place): ListenOptions & { readonly fd?: number } {
  const backlog = 512;
  if ("path" in place) return { path: place.path, backlog };
  return "descriptor" in place ? { fd: place.descriptor, backlog } : { host: place.host, port: place.port, backlog };
}

function explain(place: Place, error: NodeJS.ErrnoException): string {
  if ("descriptor" in place) return "is no socket to listen on: it was not passed to this process, or is closed";
  const remedies = "path" in place ? pathRemedies : addressRemedies;
  return remedies[error.code ?? ""] ?? error.message;
}

function failed(place: Place, why: string): Listening {
  return { kind: "failed", message: `${formatPlace(place)}: ${why}` };
}

function boundAddress(server: Server, asked: Place): Address {
  const bound = server.address();
  // Of an inherited Unix socket Node and Deno tell nothing, Bun an object without members.
  if (typeof bound === "object" && bound !== null && typeof bound.port === "number") {
    return { host: bound.address, port: bound.port };
  }
  return "host" in asked ? asked : { host: formatPlace(asked), port: 0 };
}
