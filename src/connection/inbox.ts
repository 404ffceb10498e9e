// What a client has sent and nobody has taken yet: bounded, because reading stops when it is full.

import type { Socket } from "node:net";
import type { Valve } from "../platform/tls_valve.ts";
import { Deadline } from "./deadline.ts";

/** How a wait for input ends. */
export type Arrival = "bytes" | "gone" | "timedOut" | "interrupted";

/** Octets held before reading stops, and below which it goes on. */
const high = 256 * 1024;
const low = 64 * 1024;

/** Chunks in the order of their coming. One reader at a time. */
export class Inbox {
  readonly #socket: Socket;
  readonly #valve: Valve;
  readonly #deadline = new Deadline(() => this.#wake("timedOut"));
  #chunks: Uint8Array[] = [];
  #octets = 0;
  #wanted = 1;
  #held = false;
  #ended = false;
  #waiting: ((arrival: Arrival) => void) | undefined;

  /** `valve` is turned to stop and start the socket; a plain one does it itself. */
  constructor(socket: Socket, valve: Valve = socket) {
    this.#socket = socket;
    this.#valve = valve;
    socket.on("data", this.#put);
    socket.on("end", this.#end);
    socket.on("close", this.#end);
    socket.on("error", this.#end);
  }

  /** Octets that came and are not taken. */
  get octets(): number {
    return this.#octets;
  }

  /** The oldest chunk, if there is one. */
  take(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#octets -= chunk.length;
    if (this.#octets < low) this.#release();
    return chunk;
  }

  /** Everything that is here, in one piece. */
  takeAll(): Uint8Array {
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#octets = 0;
    this.#release();
    return all ?? new Uint8Array();
  }

  /** Gives back the beginning of what was taken. */
  putBack(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.unshift(chunk);
    this.#octets += chunk.length;
  }

  /**
   * Waits until there are `octets` (at most 256 KiB), the client is gone, `within` milliseconds are over, or `interrupt`
   * is called.
   */
  wait(within: number, octets = 1): Promise<Arrival> | Arrival {
    this.#wanted = Math.min(octets, high);
    if (this.#octets >= this.#wanted) return "bytes";
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

  /** Nothing is taken any more: lets go of the timer and of what came, and drops what still comes. */
  close(): void {
    this.#deadline.cancel();
    this.#ended = true;
    this.takeAll();
  }

  /** Leaves the socket to another reader, paused: the octets that nobody took. */
  detach(): Uint8Array {
    this.#socket.off("data", this.#put);
    this.#socket.off("end", this.#end);
    this.#socket.off("close", this.#end);
    this.#socket.pause();
    // Stays, so that a client that is gone can do no harm: "error".
    this.#deadline.cancel();
    this.#ended = true;
    this.#held = false;
    return this.takeAll();
  }

  readonly #put = (chunk: Uint8Array): void => {
    if (this.#ended) return;
    this.#chunks.push(chunk);
    this.#octets += chunk.length;
    if (this.#octets >= high && !this.#held) {
      this.#held = true;
      this.#valve.pause();
    }
    if (this.#octets >= this.#wanted) this.#wake("bytes");
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.#wake("gone");
  };

  #release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#valve.resume();
  }

  #wake(arrival: Arrival): void {
    const resolve = this.#waiting;
    if (resolve === undefined) return;
    this.#waiting = undefined;
    this.#deadline.disarm();
    resolve(arrival);
  }
}
