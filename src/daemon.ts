// The running server: listens, talks to every client, drains, stops.

import type { Socket } from "node:net";
import type { Desk } from "./connection/desk.ts";
import { converse } from "./connection/converse.ts";
import { Questions } from "./connection/questions.ts";
import { Wire } from "./connection/wire.ts";
import type { Log } from "./log/log.ts";
import { type Address, listen, type Listener } from "./platform/listen.ts";
import * as replies from "./smtp/replies.ts";
import { startSession } from "./smtp/session.ts";
import { newSessionId } from "./session_id.ts";

export interface DaemonOptions {
  readonly listen: readonly Address[];
  /** Called for every client: what it is served by from now to its end, whatever is put in force meanwhile. */
  readonly lease: () => SessionLease;
  readonly log: Log;
  /** Milliseconds that transactions may go on; asked when the daemon is told to stop. */
  readonly drainWithin: () => number;
}

/** One session's hold on what serves it. */
export interface SessionLease {
  readonly desk: Desk;
  /** Sessions at the same time; a client beyond it is told 421. */
  readonly maxSessions: number;
  /** Called once, when the connection is closed and the last call of a plugin has ended. */
  release(): void;
}

export type Started =
  | { readonly kind: "started"; readonly daemon: Daemon }
  /** One line for each address that it could not listen on. */
  | { readonly kind: "failed"; readonly problems: readonly string[] };

/** Listens on every address or on none. */
export async function startDaemon(options: DaemonOptions): Promise<Started> {
  const daemon = new Daemon(options);
  const problems = await daemon.open();
  if (problems.length === 0) return { kind: "started", daemon };
  await daemon.stop();
  return { kind: "failed", problems };
}

export class Daemon {
  readonly #options: DaemonOptions;
  readonly #listeners: Listener[] = [];
  readonly #conversations = new Map<Wire, Promise<void>>();
  #stopping = false;

  constructor(options: DaemonOptions) {
    this.#options = options;
  }

  /** Where it really listens. */
  get addresses(): readonly Address[] {
    return this.#listeners.map((listener) => listener.address);
  }

  /** The problems, none if all is well. */
  async open(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const address of this.#options.listen) {
      const listening = await listen(address, (socket) => this.#accept(socket));
      if (listening.kind === "listening") this.#listeners.push(listening.listener);
      else problems.push(listening.message);
    }
    return problems;
  }

  /**
   * Accepts nobody any more, tells waiting clients 421, lets transactions finish until the deadline, then closes what
   * is left. Resolves when every conversation is over.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const listener of this.#listeners) listener.close();
    for (const wire of this.#conversations.keys()) wire.shutDown();
    const { drainWithin, log } = this.#options;
    const deadline = setTimeout(() => {
      log("warn", "transactions cut off by shutdown", { sessions: this.#conversations.size });
      for (const wire of this.#conversations.keys()) wire.destroy();
    }, drainWithin());
    await Promise.all(this.#conversations.values());
    clearTimeout(deadline);
  }

  #accept(socket: Socket): void {
    const lease = this.#options.lease();
    const { desk, maxSessions } = lease;
    const wire = new Wire(socket, desk.timeouts.write);
    if (this.#conversations.size >= maxSessions || this.#stopping) {
      wire.say(this.#stopping ? replies.shuttingDown(desk.offer.hostname) : replies.tooManyConnections());
      void wire.close().finally(() => lease.release());
      return;
    }
    const conversation = this.#talk(wire, socket, lease.desk).finally(() => {
      this.#conversations.delete(wire);
      lease.release();
    });
    this.#conversations.set(wire, conversation);
  }

  /** A bug in one conversation ends that conversation: the others are not touched. */
  async #talk(wire: Wire, socket: Socket, desk: Desk): Promise<void> {
    const questions = new Questions(desk);
    const session = startSession({ id: newSessionId(), client: remoteEnd(socket), server: localEnd(socket) });
    desk.log("info", "connected", { session: session.id, client: session.client.address, port: session.client.port });
    try {
      await converse(wire, desk, questions, session);
    } catch (error) {
      const why = error instanceof Error ? error.stack : String(error);
      desk.log("error", "a bug ended this session, please report it", { session: session.id, why });
      wire.say(replies.internalFailure());
    }
    await wire.close();
    desk.log("info", "disconnected", { session: session.id });
    await questions.told();
  }
}

function remoteEnd(socket: Socket): { readonly address: string; readonly port: number } {
  return { address: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 };
}

function localEnd(socket: Socket): { readonly address: string; readonly port: number } {
  return { address: plainAddress(socket.localAddress), port: socket.localPort ?? 0 };
}

/** An IPv4 client of a dual-stack listener is an IPv4 client: plugins compare addresses with lists. */
function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}
