// Listening sockets, with every failure as a sentence an administrator can act on.

import { createServer, type Server, type Socket } from "node:net";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  /** Where it really listens; the port is filled in if 0 was asked for. */
  readonly address: Address;
  /** Stops accepting. Connections already accepted live on. */
  close(): void;
}

export type Listening =
  | { readonly kind: "listening"; readonly listener: Listener }
  | { readonly kind: "failed"; readonly message: string };

const remedies: { readonly [code: string]: string } = {
  EADDRINUSE: "the port is in use: stop the other program, or choose another port",
  EACCES: "not allowed: ports below 1024 need privileges, choose a higher port",
  EADDRNOTAVAIL: "this machine does not have that address",
  ENOTFOUND: "no such host name: write an IP address",
};

/** Listens on one address. Half-open connections are allowed: a client may close its side and still read our reply. */
export function listen(address: Address, accept: (socket: Socket) => void): Promise<Listening> {
  return new Promise((resolve) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    server.once("error", (error: NodeJS.ErrnoException) => {
      const remedy = remedies[error.code ?? ""] ?? error.message;
      resolve({ kind: "failed", message: `${formatAddress(address)}: ${remedy}` });
    });
    server.listen({ host: address.host, port: address.port, backlog: 512 }, () => {
      resolve({ kind: "listening", listener: { address: boundAddress(server, address), close: () => server.close() } });
    });
  });
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function boundAddress(server: Server, asked: Address): Address {
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? { host: bound.address, port: bound.port } : asked;
}
