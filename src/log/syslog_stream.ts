// Syslog over connections: TCP and TLS with octet counting, Unix sockets with line ends. RFC 6587, RFC 5425.

import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { secureClient } from "../platform/tls_client.ts";
import type { Link, Linked } from "./courier.ts";
import type { SyslogAddress } from "./syslog_address.ts";

type StreamAddress = Exclude<SyslogAddress, { readonly transport: "udp" }>;

/** Milliseconds to connect, for a handshake, and for a batch of lines to leave. */
const connectWithin = 10_000;
const sendWithin = 30_000;

/** `ca` is a PEM file, read for every connection. */
export async function connectStream(address: StreamAddress | SyslogAddress, ca?: string): Promise<Linked> {
  if (address.transport === "udp") return { kind: "failed", why: "UDP has no connections" };
  try {
    const authorities = ca === undefined ? undefined : await readFile(ca, "utf8");
    const opened = await openSocket(address);
    if (typeof opened === "string") return { kind: "failed", why: opened };
    if (address.transport !== "tls") return linked(opened, address.transport);
    const secured = await secureClient(opened, {
      name: address.host,
      verify: true,
      within: connectWithin,
      ...(authorities === undefined ? {} : { authorities }),
    });
    return secured.kind === "secured" ? linked(secured.socket, "tls") : { kind: "failed", why: secured.message };
  } catch (error) {
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}

function linked(socket: Socket, transport: StreamAddress["transport"]): Linked {
  return { kind: "linked", link: new StreamLink(socket, transport === "unix" ? withLineEnd : withCount) };
}

/** RFC 6587 §3.4.1: the octets of the message before it; ours are ASCII. */
function withCount(message: string): string {
  return `${message.length} ${message}`;
}

/** RFC 6587 §3.4.2, which is what Unix sockets are read by; ours have no line ends. */
function withLineEnd(message: string): string {
  return `${message}\n`;
}

function openSocket(address: StreamAddress): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = address.transport === "unix"
      ? connect({ path: address.path })
      : connect({ host: address.host, port: address.port, noDelay: true });
    const fail = (why: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(why);
    };
    const timer = setTimeout(() => fail(`no connection within ${connectWithin} ms`), connectWithin);
    timer.unref();
    socket.on("error", (error) => fail(error.message));
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

class StreamLink implements Link {
  readonly lost: Promise<string>;
  readonly #socket: Socket;
  readonly #frame: (message: string) => string;
  #lose: (why: string) => void = () => {};
  #isLost = false;

  constructor(socket: Socket, frame: (message: string) => string) {
    this.#socket = socket;
    this.#frame = frame;
    this.lost = new Promise((resolve) => {
      this.#lose = (why) => {
        this.#isLost = true;
        resolve(why);
        socket.destroy();
      };
    });
    socket.on("error", (error) => this.#lose(error.message));
    socket.on("end", () => this.#lose("the receiver closed the connection"));
    socket.on("close", () => this.#lose("the connection is closed"));
    // A receiver has nothing to say; unread, its end would not be seen.
    socket.resume();
    // A connection in rest must not keep a process that is done.
    socket.unref();
  }

  send(lines: readonly string[]): Promise<boolean> {
    if (this.#isLost) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#lose(`it took no lines for ${sendWithin} ms`), sendWithin);
      timer.unref();
      const done = (sent: boolean): void => {
        clearTimeout(timer);
        resolve(sent);
      };
      void this.lost.then(() => done(false));
      this.#socket.write(lines.map(this.#frame).join(""), (error) => done(!error));
    });
  }

  close(): void {
    this.#isLost = true;
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), 1000);
    timer.unref();
    this.#socket.once("close", () => clearTimeout(timer));
  }
}
