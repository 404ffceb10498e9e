// One TCP connection to the next server: bytes out, replies in, every wait with its deadline.

import { connect, type Socket } from "node:net";
import type { Reply } from "../smtp/reply.ts";
import { ReplyParser } from "../smtp/reply_parser.ts";

/** `lost` is for good: the connection is closed, for the reason given. */
export type Read = { readonly kind: "reply"; readonly reply: Reply } | Lost;
export interface Lost {
  readonly kind: "lost";
  readonly reason: string;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Resolves when the connection stands; `deadline` is milliseconds. */
export function connectToHop(target: Target, deadline: number): Promise<HopConnection | Lost> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port, noDelay: true });
    function fail(reason: string): void {
      clearTimeout(timer);
      socket.destroy();
      resolve({ kind: "lost", reason });
    }
    const timer = setTimeout(() => fail(`no connection within ${deadline} ms`), deadline);
    socket.on("error", (error) => fail(error.message));
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      resolve(new HopConnection(socket));
    });
  });
}

export class HopConnection {
  readonly kind = "connected";
  readonly #socket: Socket;
  readonly #parser = new ReplyParser();
  readonly #replies: Reply[] = [];
  /** Replies that the server owes. It starts with its greeting. */
  #owed = 1;
  #lost: Lost | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
    socket.on("drain", () => this.#wake?.());
    socket.on("error", (error) => this.lose(error.message));
    socket.on("end", () => this.lose("closed by the next server"));
    socket.on("close", () => this.lose("closed"));
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Sends octets that the server answers with `replies` replies; waits while its window is full. False: lost. More
   * replies than owed end the connection, so nothing that the server says can pile up.
   */
  async send(octets: Uint8Array | string, replies: number, deadline: number): Promise<boolean> {
    if (this.#lost !== undefined) return false;
    this.#owed += replies;
    if (!this.#socket.write(octets)) {
      await this.#until(() => !this.#socket.writableNeedDrain, deadline, "took no more octets");
    }
    return !this.lost;
  }

  /** The next reply owed; one that came before the connection was lost is still given. */
  async read(deadline: number): Promise<Read> {
    await this.#until(() => this.#replies.length > 0, deadline, "gave no reply");
    const reply = this.#replies.shift();
    if (reply !== undefined) return { kind: "reply", reply };
    return this.#lost ?? { kind: "lost", reason: "no reply" };
  }

  /** Ends politely, without waiting for the answer. RFC 5321 §4.1.1.10. */
  quit(patience: number): void {
    if (this.#lost !== undefined) return;
    this.#lost = { kind: "lost", reason: "closed after QUIT" };
    this.#socket.end("QUIT\r\n");
    const timer = setTimeout(() => this.#socket.destroy(), patience);
    this.#socket.once("close", () => clearTimeout(timer));
  }

  /** Closes at once. */
  lose(reason: string): void {
    this.#lost ??= { kind: "lost", reason };
    this.#socket.destroy();
    this.#wake?.();
  }

  #receive(chunk: Uint8Array): void {
    if (this.lost) return;
    this.#parser.push(chunk);
    for (let parsed = this.#parser.next(); parsed !== undefined; parsed = this.#parser.next()) {
      if (parsed.kind === "malformed") return this.lose("the next server sent something that is no SMTP reply");
      if (this.#owed === 0) return this.lose(`the next server said ${parsed.code} unasked`);
      this.#owed--;
      this.#replies.push(parsed);
    }
    this.#wake?.();
  }

  /** Until `reached`, lost, or the deadline, which loses the connection: nobody knows any more what its next reply answers. */
  #until(reached: () => boolean, deadline: number, complaint: string): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.lose(`the next server ${complaint} within ${deadline} ms`), deadline);
      this.#wake = (): void => {
        if (!reached() && !this.lost) return;
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      this.#wake();
    });
  }
}
