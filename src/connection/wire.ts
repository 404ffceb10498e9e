// One client as lines in and replies out: pipelining, deadlines and bounds, but no SMTP.

import type { Socket } from "node:net";
import { type Line, LineDecoder } from "../smtp/line_decoder.ts";
import { formatReply, type Reply } from "../smtp/reply.ts";
import { type Arrival, Inbox } from "./inbox.ts";

/** Every way waiting for a command line can end. */
export type Heard = Line | { readonly kind: Exclude<Arrival, "bytes"> };

/** Every way waiting for mail data can end. */
export type Received =
  | { readonly kind: "chunk"; readonly chunk: Uint8Array }
  | { readonly kind: "gone" }
  | { readonly kind: "timedOut" };

/** Octets of replies kept back for a pipelining client before they are sent all the same. */
const maxQueued = 16 * 1024;

/** How long a client may take to close its side after our last reply, in milliseconds. */
const lingering = 2000;

export class Wire {
  readonly #socket: Socket;
  readonly #inbox: Inbox;
  readonly #lines = new LineDecoder();
  readonly #writeWithin: number;
  #queued = "";
  #shuttingDown = false;

  /** `writeWithin`: milliseconds a client may take to accept our replies before it is dropped. */
  constructor(socket: Socket, writeWithin: number) {
    this.#socket = socket;
    this.#inbox = new Inbox(socket);
    this.#writeWithin = writeWithin;
  }

  /** Queues a reply; it leaves when the client has nothing more to say (RFC 2920 §3.2). */
  say(reply: Reply): void {
    this.#queued += formatReply(reply);
  }

  /**
   * The next line. With `interruptible` a shutdown ends the wait; lines already here are served first only without it.
   * `within` is milliseconds for the whole line, however slowly it comes.
   */
  async hear(within: number, interruptible: boolean): Promise<Heard> {
    const until = performance.now() + within;
    for (;;) {
      if (interruptible && this.#shuttingDown) return { kind: "interrupted" };
      const line = this.#lines.next();
      if (line !== undefined && this.#queued.length < maxQueued) return line;
      if (!await this.flush()) return { kind: "gone" };
      if (line !== undefined) return line;
      const arrival = await this.#inbox.wait(until - performance.now());
      if (arrival === "interrupted" && !interruptible) continue;
      if (arrival !== "bytes") return { kind: arrival };
      this.#lines.push(this.#inbox.take() ?? new Uint8Array());
    }
  }

  /** The next piece of mail data, at first what was sent behind the DATA line. */
  async receive(within: number): Promise<Received> {
    if (!await this.flush()) return { kind: "gone" };
    const early = this.#lines.takeRest();
    if (early.length > 0) return { kind: "chunk", chunk: early };
    for (;;) {
      const arrival = await this.#inbox.wait(within);
      if (arrival === "interrupted") continue;
      if (arrival !== "bytes") return arrival === "gone" ? { kind: "gone" } : { kind: "timedOut" };
      const chunk = this.#inbox.take();
      if (chunk !== undefined) return { kind: "chunk", chunk };
    }
  }

  /** Gives back what came behind the end of mail data: it is the next command. */
  putBack(rest: Uint8Array): void {
    if (rest.length > 0) this.#lines.push(rest);
  }

  /** Sends the queued replies, and waits while the client does not read them. False: it is gone. */
  async flush(): Promise<boolean> {
    if (this.#queued === "") return !this.#socket.destroyed;
    const text = this.#queued;
    this.#queued = "";
    if (this.#socket.destroyed || !this.#socket.writable) return false;
    if (this.#socket.write(text, "latin1")) return true;
    return await this.#drained();
  }

  /** Lets `hear` end at the next command boundary that allows it. */
  shutDown(): void {
    this.#shuttingDown = true;
    this.#inbox.interrupt();
  }

  /**
   * Sends what is queued and closes. Input still under way is read and dropped for a moment: closing at once would
   * make the system answer it with a reset, which can destroy our last reply on its way.
   */
  async close(): Promise<void> {
    await this.flush();
    this.#inbox.close();
    if (this.#socket.destroyed) return;
    const timer = setTimeout(() => this.#socket.destroy(), lingering);
    this.#socket.once("close", () => clearTimeout(timer));
    this.#socket.once("end", () => this.#socket.destroySoon());
    this.#socket.resume();
    this.#socket.end();
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.#inbox.close();
    this.#socket.destroy();
  }

  #drained(): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (alive: boolean): void => {
        clearTimeout(timer);
        this.#socket.off("drain", drained);
        this.#socket.off("close", closed);
        if (!alive) this.#socket.destroy();
        resolve(alive);
      };
      const drained = (): void => settle(true);
      const closed = (): void => settle(false);
      const timer = setTimeout(closed, this.#writeWithin);
      this.#socket.once("drain", drained);
      this.#socket.once("close", closed);
    });
  }
}
