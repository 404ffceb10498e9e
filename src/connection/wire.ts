// One client as lines in and replies out: pipelining, deadlines, bounds and the change to TLS, but no SMTP.

import type { Socket } from "node:net";
import { type Line, LineDecoder } from "../smtp/line_decoder.ts";
import { formatReply, type Reply } from "../smtp/reply.ts";
import type { Secured, Upgrade } from "../tls/acceptor.ts";
import { type Arrival, Inbox } from "./inbox.ts";
import { Outbox } from "./outbox.ts";

/** Every way waiting for a command line can end. */
export type Heard = Line | { readonly kind: Exclude<Arrival, "bytes"> };

/** Every way waiting for mail data can end. */
export type Received =
  | { readonly kind: "chunk"; readonly chunk: Uint8Array }
  | { readonly kind: "gone" }
  | { readonly kind: "timedOut" }
  /** By `end`. */
  | { readonly kind: "interrupted" };

/** Every way waiting for the first octets can end. */
export type Peeked =
  | { readonly kind: "octets"; readonly octets: Uint8Array }
  | { readonly kind: Exclude<Arrival, "bytes"> };

/** What becomes of octets that came before the client could have meant them for TLS. */
export type Unread =
  /** RFC 3207 §4.2: what stands behind STARTTLS is from somebody who could write plain text, and is not believed. */
  | "discard"
  /** There was nothing before it but what was taken: it is the beginning of the handshake. */
  | "handOver";

/** Octets of replies kept back for a pipelining client before they are sent all the same. */
const maxQueued = 16 * 1024;

/** How long a client may take to close its side after our last reply, in milliseconds. */
const lingering = 2000;

export class Wire {
  readonly #outbox: Outbox;
  readonly #lines = new LineDecoder();
  #socket: Socket;
  #inbox: Inbox;
  #shuttingDown = false;
  #securing = false;
  #ended = false;

  /** `writeWithin`: milliseconds a client may take to accept our replies before it is dropped. */
  constructor(socket: Socket, writeWithin: number) {
    this.#socket = socket;
    this.#inbox = new Inbox(socket);
    this.#outbox = new Outbox(socket, writeWithin);
  }

  /** Queues a reply; it leaves when the client has nothing more to say (RFC 2920 §3.2). `receipt` as for formatReply. */
  say(reply: Reply, receipt?: string): void {
    this.#outbox.add(formatReply(reply, receipt));
  }

  /**
   * The next line. With `interruptible` a shutdown ends the wait; lines already here are served first only without it.
   * `within` is milliseconds for the whole line, however slowly it comes.
   */
  async hear(within: number, interruptible: boolean): Promise<Heard> {
    const until = performance.now() + within;
    for (;;) {
      if (this.#ended || (interruptible && this.#shuttingDown)) return { kind: "interrupted" };
      const line = this.#lines.next();
      if (line !== undefined && this.#outbox.length < maxQueued) return line;
      if (!await this.flush()) return { kind: "gone" };
      if (line !== undefined) return line;
      const arrival = await this.#inbox.wait(until - performance.now());
      if (arrival === "interrupted" && !interruptible) continue;
      if (arrival !== "bytes") return { kind: arrival };
      this.#lines.push(this.#inbox.take() ?? new Uint8Array());
    }
  }

  /** The next piece of mail data, of `most` octets at most; at first what was sent behind the last line. */
  async receive(within: number, most: number = Infinity): Promise<Received> {
    if (!await this.flush()) return { kind: "gone" };
    this.#inbox.putBack(this.#lines.takeRest());
    for (;;) {
      if (this.#ended) return { kind: "interrupted" };
      const arrival = await this.#inbox.wait(within);
      if (arrival === "interrupted") continue;
      if (arrival !== "bytes") return { kind: arrival };
      const chunk = this.#inbox.take() ?? new Uint8Array();
      if (chunk.length > most) this.#inbox.putBack(chunk.subarray(most));
      return { kind: "chunk", chunk: chunk.subarray(0, most) };
    }
  }

  /** Drops so many octets, as they come: of a chunk that is refused. `within` is milliseconds for the next of them. */
  async skip(octets: number, within: number): Promise<"skipped" | Exclude<Received["kind"], "chunk">> {
    for (let left = octets; left > 0;) {
      const received = await this.receive(within, left);
      if (received.kind !== "chunk") return received.kind;
      left -= received.chunk.length;
    }
    return "skipped";
  }

  /** Gives back what came behind the end of mail data: it is the next command. */
  putBack(rest: Uint8Array): void {
    if (rest.length > 0) this.#lines.push(rest);
  }

  /**
   * Waits until so many octets have come, at most 256 KiB, and shows all that are here without taking them. Before the
   * first line only; a shutdown ends the wait. `within` is milliseconds in all.
   */
  async peek(octets: number, within: number): Promise<Peeked> {
    if (this.#shuttingDown) return { kind: "interrupted" };
    const arrival = await this.#inbox.wait(within, octets);
    if (arrival !== "bytes") return { kind: arrival };
    const all = this.#inbox.takeAll();
    this.#inbox.putBack(all);
    return { kind: "octets", octets: all };
  }

  /** Takes so many of the octets that `peek` showed. */
  take(octets: number): Uint8Array {
    const all = this.#inbox.takeAll();
    this.#inbox.putBack(all.subarray(octets));
    return all.subarray(0, octets);
  }

  /** Octets that came and that nobody has asked for yet. */
  get early(): number {
    return this.#lines.buffered + this.#inbox.octets;
  }

  /** Waits so many milliseconds: does the client speak before it is its turn? Ends as soon as it does. */
  async speaksWithin(silence: number): Promise<boolean> {
    const until = performance.now() + silence;
    for (;;) {
      if (this.early > 0) return true;
      const left = until - performance.now();
      if (left <= 0 || this.#shuttingDown || await this.#inbox.wait(left) === "gone") return false;
    }
  }

  /**
   * Sends what is queued, and speaks TLS from then on: nothing that was said in plain text is left behind. `discarded`
   * is how many octets were thrown away; more than none is an attack or a broken client. `within`: milliseconds for
   * the handshake, which a shutdown ends. After "failed" there is nobody to talk to any more.
   */
  async secure(upgrade: Upgrade, within: number, unread: Unread): Promise<Secured & { readonly discarded: number }> {
    const discarded = unread === "discard" ? this.early : 0;
    const rest = this.#lines.takeRest();
    if (unread === "discard") this.#inbox.takeAll();
    else this.#inbox.putBack(rest);
    if (!await this.flush()) return { kind: "failed", reason: "the client is gone", discarded };
    if (this.#shuttingDown) return { kind: "failed", reason: "the server is shutting down", discarded };
    const first = this.#inbox.detach();
    if (first.length > 0) this.#socket.unshift(first);
    this.#securing = true;
    const secured = await upgrade(this.#socket, within);
    this.#securing = false;
    if (secured.kind === "failed") return { ...secured, discarded };
    this.#socket = secured.socket;
    this.#inbox = new Inbox(secured.socket, secured.valve);
    this.#outbox.moveTo(secured.socket);
    return { ...secured, discarded };
  }

  /** Sends the queued replies, and waits while the client does not read them. False: it is gone. */
  flush(): Promise<boolean> {
    return this.#outbox.flush();
  }

  /** Lets `hear` end at the next command boundary that allows it. */
  shutDown(): void {
    this.#shuttingDown = true;
    this.#inbox.interrupt();
    // In the middle of a handshake nothing can be said.
    if (this.#securing) this.#socket.destroy();
  }

  /** Lets this session alone end, at the next moment that it waits for its client: in a transaction and in mail data too. */
  end(): void {
    this.#ended = true;
    this.shutDown();
  }

  /** It was ended by `end`. */
  get ended(): boolean {
    return this.#ended;
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
}
