// An SMTP server on a real socket that answers by a table and writes down what it heard.

import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";

/**
 * Answers by the beginning of the command, longest first; `greeting` and `content` have rows too, and
 * `early` is said when the first mail data are there. Several answers are
 * given one after the other, the last again and again. Lines of a reply are joined by CRLF.
 */
export interface Script {
  readonly [command: string]: string | readonly string[];
}

export interface PeerOptions {
  /** What it shows when STARTTLS is answered 220. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** TLS comes first. */
  readonly implicit?: boolean;
  /** A Unix socket in the place of a port. */
  readonly path?: string;
}

/** Instead of a reply. */
export const drop = "(drops the connection)";
export const silence = "(says nothing)";

const wellBehaved: Script = {
  greeting: "220 peer.test ESMTP",
  EHLO: "250-peer.test\r\n250-PIPELINING\r\n250-SIZE 10000000\r\n250-8BITMIME\r\n250 SMTPUTF8",
  MAIL: "250 2.1.0 ok",
  RCPT: "250 2.1.5 ok",
  DATA: "354 go on",
  content: "250 2.0.0 queued as 42",
  RSET: "250 reset",
  QUIT: "221 bye",
};

export class ScriptedPeer {
  /** Commands as they came, connection by connection; `(content)` where one ended. */
  readonly heard: string[][] = [];
  /** Mail data with its dots still stuffed, without the final dot. */
  readonly contents: Buffer[] = [];
  /** `TLSv1.3` and the like, and the server name asked for, for every handshake. */
  readonly handshakes: string[] = [];
  readonly #server: Server;
  readonly #tls: TlsServer;
  readonly #sockets = new Set<Socket>();
  readonly #answers: Map<string, string[]>;

  /** Raw connections that turn to TLS, and what was heard on them so far. */
  readonly #turning = new Map<number, string[]>();

  private constructor(script: Script, options: PeerOptions) {
    this.#answers = new Map(Object.entries({ ...wellBehaved, ...script }).map(([key, value]) => [key, [value].flat()]));
    this.#tls = createTlsServer({ ...options.tls }, (socket) => {
      this.handshakes.push(`${socket.getProtocol()} ${socket.servername || "-"}`);
      const heard = this.#turning.get(socket.remotePort ?? 0);
      this.#converse(socket, heard);
    });
    this.#tls.on("tlsClientError", (_, socket) => socket.destroy());
    this.#server = createServer({ noDelay: true }, (socket) => {
      if (options.implicit === true) this.#tls.emit("connection", socket);
      else this.#converse(socket);
    });
  }

  /** What the script does not say is answered as a well-behaved server would. */
  static async start(script: Script = {}, options: PeerOptions = {}): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer(script, options);
    const { path } = options;
    await new Promise<void>((resolve) => {
      if (path === undefined) peer.#server.listen(0, "127.0.0.1", resolve);
      else peer.#server.listen(path, resolve);
    });
    return peer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection, as a server does that waited for too long. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.end();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** `continued`: inside TLS, after a STARTTLS that is among them. */
  #converse(socket: Socket, continued?: string[]): void {
    const heard = continued ?? [];
    if (continued === undefined) this.heard.push(heard);
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    let waiting: Buffer = Buffer.alloc(0);
    /** What is being read: a command, mail data, or a chunk of so many octets. */
    let reading: "command" | "mailData" | number = "command";
    let isEarly = false;
    const receive = (chunk: Uint8Array): void => {
      waiting = Buffer.concat([waiting, chunk]);
      while (true) {
        const end = typeof reading === "number"
          ? (waiting.length >= reading ? reading : -1)
          : waiting.indexOf(reading === "mailData" ? "\r\n.\r\n" : "\r\n");
        const isContent = reading !== "command";
        if (end < 0) {
          const isBegun = isContent && waiting.length > 0;
          if (isBegun && !isEarly && this.#answers.has("early")) this.#answer(socket, "early");
          isEarly = isBegun;
          return;
        }
        // The CRLF in front of the final dot belongs to the content.
        const taken = waiting.subarray(0, reading === "mailData" ? end + 2 : end);
        waiting = waiting.subarray(end + (typeof reading === "number" ? 0 : isContent ? 5 : 2));
        const line = isContent ? "(content)" : taken.toString("utf8");
        heard.push(line);
        if (isContent) this.contents.push(taken);
        const octets = isContent ? undefined : /^BDAT (\d+) LAST$/.exec(line)?.[1];
        if (octets !== undefined) {
          reading = Number(octets);
          continue;
        }
        const reply = this.#answer(socket, isContent ? "content" : line);
        reading = !isContent && reply.startsWith("354") ? "mailData" : "command";
        if (line === "STARTTLS" && reply.startsWith("220")) {
          socket.off("data", receive);
          socket.pause();
          this.#turning.set(socket.remotePort ?? 0, heard);
          this.#tls.emit("connection", socket);
          return;
        }
      }
    };
    socket.on("data", receive);
    if (continued === undefined) this.#answer(socket, "greeting");
  }

  #answer(socket: Socket, command: string): string {
    const keys = [...this.#answers.keys()].filter((key) => command.startsWith(key));
    const answers = this.#answers.get(keys.sort((a, b) => b.length - a.length)[0] ?? "") ?? ["502 what?"];
    const reply = (answers.length > 1 ? answers.shift() : answers[0]) ?? "";
    if (reply === drop) socket.destroy();
    else if (reply !== silence) socket.write(`${reply}\r\n`);
    return reply;
  }
}
