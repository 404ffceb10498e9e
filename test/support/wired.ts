// One client of a test's own, and the wire that serves it: in plain text, or behind TLS.

import { type AddressInfo, connect as connectPlain, createServer, type Socket } from "node:net";
import { after } from "node:test";
import { connect as connectTls } from "node:tls";
import { Wire } from "../../src/connection/wire.ts";
import { openAcceptor, type Upgrade } from "../../src/tls/acceptor.ts";
import { apiCertificate } from "./api_certificate.ts";

export const upgrade: Upgrade = openAcceptor({
  identities: [{ chain: apiCertificate.cert, key: apiCertificate.key, der: new Uint8Array(), names: ["api.test"] }],
  minimum: "TLSv1.2",
  clientCertificates: "off",
}).upgrade;

export function text(octets: Uint8Array): string {
  return Buffer.from(octets).toString("latin1");
}

/** Serves each client by `talk`; its port. */
export async function serve(
  talk: (wire: Wire, socket: Socket) => Promise<unknown>,
  writeWithin = 5000,
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    const wire = new Wire(socket, writeWithin);
    void talk(wire, socket).finally(() => wire.close());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A client, and the wire that serves it. */
export async function pair(): Promise<{ readonly client: Socket; readonly wire: Wire }> {
  const accepted = Promise.withResolvers<Wire>();
  const over = Promise.withResolvers<void>();
  const port = await serve((wire) => {
    accepted.resolve(wire);
    return over.promise;
  });
  const client = connectPlain({ port, host: "127.0.0.1", noDelay: true });
  client.on("error", () => {});
  after(() => {
    client.destroy();
    over.resolve();
  });
  return { client, wire: await accepted.promise };
}

/** A TLS client, and what is between it and the server: Deno's own client reads without being asked. */
export interface Relayed {
  readonly client: Socket;
  /** From now on nothing of what the server sends is read. */
  hold(): void;
}

/** A client that sends `before` in plain text, together with the first octets of its handshake. */
export async function connectAfter(port: number, before: string): Promise<Relayed> {
  const up = connectPlain(port, "127.0.0.1");
  up.on("error", () => {});
  const relay = createServer((client) => {
    relay.close();
    client.on("error", () => {});
    client.once("data", (hello: Uint8Array) => {
      up.write(Buffer.concat([Buffer.from(before, "latin1"), hello]));
      client.pipe(up).pipe(client);
    });
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const { port: through } = relay.address() as AddressInfo;
  const client = connectTls({ port: through, host: "127.0.0.1", rejectUnauthorized: false });
  after(() => {
    client.destroy();
    up.destroy();
  });
  await new Promise((resolve, reject) => {
    client.once("secureConnect", resolve);
    client.on("error", reject);
  });
  return { client, hold: () => void up.unpipe().pause() };
}
