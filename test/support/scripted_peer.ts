// An SMTP server on a real socket that answers by a table and writes down what it heard.

import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/**
 * Answers by the beginning of the command, longest first; `greeting` and `content` have rows too, and
 * `early` is said when the first mail data are there. Several answers are
 * given one after the other, the last again and again. Lines of a reply are joined by CRLF.
 */
export interface Script {
  readonly [command: string]: string | readonly string[];
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
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #answers: Map<string, string[]>;

  private constructor(script: Script) {
    this.#answers = new Map(Object.entries({ ...wellBehaved, ...script }).map(([key, value]) => [key, [value].flat()]));
    this.#server = createServer({ noDelay: true }, (socket) => this.#converse(socket));
  }

  /** What the script does not say is answered as a well-behaved server would. */
  static async start(script: Script = {}): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer(script);
    await new Promise<void>((resolve) => peer.#server.listen(0, "127.0.0.1", resolve));
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
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #converse(socket: Socket): void {
    const heard: string[] = [];
    this.heard.push(heard);
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    let waiting: Buffer = Buffer.alloc(0);
    let inContent = false;
    let isEarly = false;
    socket.on("data", (chunk: Uint8Array) => {
      waiting = Buffer.concat([waiting, chunk]);
      while (true) {
        const end = waiting.indexOf(inContent ? "\r\n.\r\n" : "\r\n");
        if (end < 0) {
          if (inContent && waiting.length > 0 && !isEarly && this.#answers.has("early")) this.#answer(socket, "early");
          isEarly = inContent && waiting.length > 0;
          return;
        }
        // The CRLF in front of the final dot belongs to the content.
        const taken = waiting.subarray(0, inContent ? end + 2 : end);
        waiting = waiting.subarray(inContent ? end + 5 : end + 2);
        heard.push(inContent ? "(content)" : taken.toString("utf8"));
        if (inContent) this.contents.push(taken);
        const reply = this.#answer(socket, inContent ? "content" : taken.toString("utf8"));
        inContent = !inContent && reply.startsWith("354");
      }
    });
    this.#answer(socket, "greeting");
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
