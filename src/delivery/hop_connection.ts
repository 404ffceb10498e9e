// One connection to the next server: bytes out, replies in, every wait with its deadline.

import { connect, type Socket } from "node:net";
import { secureClient, type TlsClientOptions } from "../platform/tls_client.ts";
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
  /** A Unix socket, in the place of host and port. */
  readonly path?: string;
}

/** What protects the connection: TLS with whoever it is, or with whom the certificate proves. */
export type Protection = "none" | "unverified" | "verified";

/** Resolves when the connection stands; `deadline` is milliseconds. */
export function connectToHop(target: Target, deadline: number): Promise<HopConnection | Lost> {
  return new Promise((resolve) => {
    const { path, host, port } = target;
    const socket = path === undefined ? connect({ host, port, noDelay: true }) : connect({ path });
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
  #socket: Socket;
  #parser = new ReplyParser();
  #protection: Protection = "none";
  readonly #replies: Reply[] = [];
  /** Replies that the server owes. It starts with its greeting. */
  #owed = 1;
  #lost: Lost | undefined;
  #wake: (() => void) | undefined;

  readonly #listeners: { readonly [event: string]: (fact: unknown) => void } = {
    data: (chunk) => this.#receive(chunk as Uint8Array),
    drain: () => this.#wake?.(),
    error: (error) => this.lose((error as Error).message),
    end: () => this.lose("closed by the next server"),
    close: () => this.lose("closed"),
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  get protection(): Protection {
    return this.#protection;
  }

  /**
   * Goes on inside TLS. What the server sent before the handshake, behind its 220 to STARTTLS, ends the connection:
   * anybody on the way could have put it there, to be taken for what the server said inside. RFC 3207 §6.
   */
  async secure(options: TlsClientOptions): Promise<Lost | undefined> {
    if (this.#lost !== undefined) return this.#lost;
    if (this.#parser.waiting || this.#replies.length > 0) {
      this.lose("the next server spoke between STARTTLS and the handshake");
      return this.#lost;
    }
    for (const [event, listener] of Object.entries(this.#listeners)) this.#socket.off(event, listener);
    const secured = await secureClient(this.#socket, options);
    if (secured.kind === "failed") {
      this.lose(`TLS with the next server failed: ${secured.message}`);
      return this.#lost;
    }
    this.#socket = secured.socket;
    this.#parser = new ReplyParser();
    this.#protection = secured.verified ? "verified" : "unverified";
    this.#listen(secured.socket);
    return undefined;
  }

  /**
   * Sends octets that the server answers with `replies` replies; waits while its window is full. False: lost. More
   * replies than owed end the connection, so nothing that the server says can pile up.
   */
  async send(octets: Uint8Array | string, replies: number, deadline: number): Promise<boolean> {
    if (this.#lost !== undefined) return false;
    this.#owed += replies;
    // An empty write inside TLS holds up all that follow it, on Deno.
    if (octets.length > 0 && !this.#socket.write(octets)) {
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

  #listen(socket: Socket): void {
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
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
