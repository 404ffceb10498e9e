// One connection of a plugin: what was read ahead, and the one wait that is under way.

import { createConnection, type Socket } from "node:net";
import { secureClient, type TlsClientOptions } from "../platform/tls_client.ts";
import { tlsValve, type Valve } from "../platform/tls_valve.ts";
import { OctetQueue } from "./octet_queue.ts";

/** What to wait for: a delimiter, a number of octets, or anything. */
export type Wanted =
  | { readonly kind: "until"; readonly delimiter: Uint8Array; readonly most: number }
  | { readonly kind: "octets"; readonly count: number }
  | { readonly kind: "any"; readonly most: number };

/** `end`: nothing more will come. `overlong`: the delimiter is not within `most`; nothing was taken. */
export type Read =
  | { readonly kind: "octets"; readonly octets: Uint8Array; readonly end: boolean }
  | { readonly kind: "overlong" }
  | { readonly kind: "failed"; readonly message: string };

/** Octets that are read ahead, unless more are waited for; the rest waits in the kernel, and then at the peer. */
const readAhead = 65_536;

export type Connected =
  | { readonly kind: "connected"; readonly connection: TcpConnection }
  | { readonly kind: "failed"; readonly message: string };

/** `to` is an address with port, or the path of a socket. The signal ends the attempt. */
export function connect(
  to: { readonly host: string; readonly port: number } | { readonly path: string },
  signal: AbortSignal,
): Promise<Connected> {
  return new Promise((resolve) => {
    const socket = createConnection({ ...to, noDelay: true });
    const destroy = (): unknown => socket.destroy();
    signal.addEventListener("abort", destroy, { once: true });
    const settle = (connected: Connected): void => {
      signal.removeEventListener("abort", destroy);
      resolve(connected);
    };
    socket.once("connect", () => settle({ kind: "connected", connection: new TcpConnection(socket) }));
    socket.on("error", (error) => settle({ kind: "failed", message: error.message }));
    socket.once("close", () => settle({ kind: "failed", message: "the connection was closed" }));
  });
}

export class TcpConnection {
  #socket: Socket;
  #valve: Valve;
  readonly #queue = new OctetQueue();
  #ahead = readAhead;
  #ended = false;
  #trouble: string | undefined;
  #wake: (() => void) | undefined;

  readonly #listeners = {
    data: (piece: Uint8Array): void => {
      this.#queue.push(piece);
      if (this.#queue.length >= this.#ahead) this.#valve.pause();
      this.#wake?.();
    },
    end: (): void => this.#finish(),
    error: (error: Error): void => this.#finish(error.message),
    close: (): void => this.#finish(),
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#valve = socket;
    this.#listen();
  }

  /**
   * TLS from now on, with a certificate that proves the name; what went wrong otherwise, and the connection is closed. What
   * the peer said ahead of the handshake would seem to have come encrypted: that is an error.
   */
  async secure(options: Omit<TlsClientOptions, "verify">, signal: AbortSignal): Promise<string | undefined> {
    const raw = this.#socket;
    if (this.#queue.length > 0 || this.#ended) {
      raw.destroy();
      return this.#trouble ?? "the peer spoke, or went, ahead of the handshake";
    }
    for (const [name, listener] of Object.entries(this.#listeners)) raw.off(name, listener);
    const destroy = (): unknown => raw.destroy();
    signal.addEventListener("abort", destroy, { once: true });
    const secured = await secureClient(raw, { ...options, verify: true });
    signal.removeEventListener("abort", destroy);
    if (secured.kind === "failed") {
      this.#finish(secured.message);
      return secured.message;
    }
    this.#socket = secured.socket;
    this.#valve = tlsValve(secured.socket, raw);
    this.#listen();
    return undefined;
  }

  #listen(): void {
    for (const [name, listener] of Object.entries(this.#listeners)) this.#socket.on(name, listener);
  }

  /**
   * Resolves when the kernel has taken it, to what went wrong otherwise. When the signal is aborted the connection is
   * closed: nobody knows how much of it went out.
   */
  write(octets: Uint8Array, signal: AbortSignal): Promise<string | undefined> {
    const socket = this.#socket;
    // Inside TLS it would hold up all that follows, on Deno.
    if (octets.length === 0) return Promise.resolve(socket.destroyed ? "the connection is closed" : undefined);
    return new Promise((resolve) => {
      const settle = (trouble?: string): void => {
        signal.removeEventListener("abort", giveUp);
        socket.off("close", giveUp);
        resolve(trouble);
      };
      // A destroyed socket does not call back on every runtime.
      const giveUp = (): void => {
        socket.destroy();
        settle(this.#trouble ?? "the connection is closed");
      };
      if (socket.destroyed) return giveUp();
      signal.addEventListener("abort", giveUp, { once: true });
      socket.once("close", giveUp);
      socket.write(octets, (error) => settle(error?.message));
    });
  }

  /** One at a time. When the signal is aborted nothing is taken, and the result is of no use. */
  async read(wanted: Wanted, signal: AbortSignal): Promise<Read> {
    this.#ahead = Math.max(readAhead, wanted.kind === "octets" ? wanted.count : wanted.most);
    this.#valve.resume();
    let searched = 0;
    while (!signal.aborted) {
      const count = this.#available(wanted, searched);
      if (count === "overlong") return { kind: "overlong" };
      if (count !== undefined) return this.#take(count);
      if (wanted.kind === "until") searched = Math.max(0, this.#queue.length - wanted.delimiter.byteLength + 1);
      await this.#more(signal);
    }
    return { kind: "failed", message: "it was given up" };
  }

  close(): void {
    this.#socket.destroy();
  }

  /** How much can be taken now: `undefined` is not enough yet. */
  #available(wanted: Wanted, searched: number): number | "overlong" | undefined {
    const { length } = this.#queue;
    if (wanted.kind === "octets") return length >= wanted.count || this.#ended ? wanted.count : undefined;
    if (wanted.kind === "any") return length > 0 || this.#ended ? wanted.most : undefined;
    const at = this.#queue.indexOf(wanted.delimiter, searched);
    const count = at < 0 ? Infinity : at + wanted.delimiter.byteLength;
    if (count <= wanted.most) return count;
    if (length >= wanted.most) return "overlong";
    return this.#ended ? length : undefined;
  }

  #take(count: number): Read {
    const octets = this.#queue.take(count);
    this.#ahead = readAhead;
    // What came before the trouble still counts.
    if (octets.byteLength === 0 && this.#trouble !== undefined) return { kind: "failed", message: this.#trouble };
    return { kind: "octets", octets, end: this.#ended && this.#queue.length === 0 };
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  #finish(trouble?: string): void {
    this.#trouble ??= trouble;
    this.#ended = true;
    this.#wake?.();
  }
}
