// Syslog receivers inside a test's own process.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { apiCertificate } from "./api_certificate.ts";
import { takeFrames } from "./syslog_parser.ts";

export interface SyslogReceiver {
  readonly port: number;
  /** Messages without their framing. */
  readonly messages: readonly string[];
  /** Cuts every connection. */
  stop(): Promise<void>;
}

/** `port` 0 lets the system choose; the certificate of the TLS one names api.test and 127.0.0.1. */
export async function streamReceiver(transport: "tcp" | "tls", port = 0): Promise<SyslogReceiver> {
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const receive = (socket: Socket): void => {
    let rest: Buffer = Buffer.alloc(0);
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      const taken = takeFrames(Buffer.concat([rest, chunk]));
      rest = taken.rest;
      messages.push(...taken.frames);
    });
  };
  const server = transport === "tcp" ? createServer(receive) : createTlsServer(apiCertificate, receive);
  server.on("tlsClientError", () => {});
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, messages, stop: () => stop(server, sockets) };
}

/** Lines on a Unix socket. */
export async function unixReceiver(path: string): Promise<SyslogReceiver> {
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let rest = "";
    sockets.add(socket);
    socket.on("data", (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString()}`.split("\n");
      rest = lines.pop() ?? "";
      messages.push(...lines);
    });
  });
  server.listen(path);
  await once(server, "listening");
  return { port: 0, messages, stop: () => stop(server, sockets) };
}

export async function datagramReceiver(): Promise<SyslogReceiver> {
  const messages: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (message) => messages.push(message.toString()));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, messages, stop: () => new Promise((resolve) => socket.close(resolve)) };
}

async function stop(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
