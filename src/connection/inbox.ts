// What a client has sent and nobody has taken yet: bounded, because the socket is paused when it is full.

import type { Socket } from "node:net";
import { Deadline } from "./deadline.ts";

/** How a wait for input ends. */
export type Arrival = "bytes" | "gone" | "timedOut" | "interrupted";

/** Octets held before the socket is paused, and below which it is read again. */
const high = 256 * 1024;
const low = 64 * 1024;

/** Chunks in the order of their coming. One reader at a time. */
export class Inbox {
  readonly #socket: Socket;
  readonly #deadline = new Deadline(() => this.#wake("timedOut"));
  #chunks: Uint8Array[] = [];
  #octets = 0;
  #ended = false;
  #waiting: ((arrival: Arrival) => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Uint8Array) => this.#put(chunk));
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
    socket.on("error", () => this.#end());
  }

  /** The oldest chunk, if there is one. */
  take(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#octets -= chunk.length;
    if (this.#octets < low && this.#socket.isPaused()) this.#socket.resume();
    return chunk;
  }

  /** Waits until there is a chunk, the client is gone, `within` milliseconds are over, or `interrupt` is called. */
  wait(within: number): Promise<Arrival> | Arrival {
    if (this.#chunks.length > 0) return "bytes";
    if (this.#ended) return "gone";
    this.#deadline.arm(within);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Ends a wait under way; one that begins later is not affected. */
  interrupt(): void {
    this.#wake("interrupted");
  }

  /** Nothing is taken any more: lets go of the timer and of what came. */
  close(): void {
    this.#deadline.cancel();
    this.#chunks = [];
    this.#octets = 0;
    this.#ended = true;
  }

  #put(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#chunks.push(chunk);
    this.#octets += chunk.length;
    if (this.#octets >= high) this.#socket.pause();
    this.#wake("bytes");
  }

  #end(): void {
    this.#ended = true;
    this.#wake("gone");
  }

  #wake(arrival: Arrival): void {
    const resolve = this.#waiting;
    if (resolve === undefined) return;
    this.#waiting = undefined;
    this.#deadline.disarm();
    resolve(arrival);
  }
}
