// The running server: listens, serves every client that comes, drains, stops.

import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Listener as Place } from "../config/protocol.ts";
import type { Ends } from "../connection/arrive.ts";
import { Wire } from "../connection/wire.ts";
import { formatAddress } from "../networks/address.ts";
import { clientOctets } from "../networks/client_octets.ts";
import type { Address, Listener, Listening } from "../platform/listen.ts";
import { type Door, serveClient, type SessionLease } from "./serve_client.ts";

/** Milliseconds: some turns of the event loop, of which one alone does not accept on every runtime. */
const turn = 5;
/** Of them without a new client, after which nobody waits to be accepted. */
const quietTurns = 3;
/** Milliseconds: where clients come without end, the queue is never empty. */
const longestQueue = 500;

export interface DaemonOptions extends Omit<Door, "isStopping"> {
  readonly listen: readonly Place[];
  /** In whatever process this is. */
  readonly listenOn: (address: Address, accept: (socket: Socket) => void) => Promise<Listening>;
  /** Called for every client: what it is served by from now to its end, whatever is put in force meanwhile. */
  readonly lease: (place: Place) => SessionLease;
  /** Milliseconds that transactions may go on; asked when the daemon is told to stop. */
  readonly drainWithin: () => number;
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
  readonly #door: Door;
  readonly #listeners: Listener[] = [];
  readonly #conversations = new Map<Wire, Promise<void>>();
  #accepted = 0;
  #stopping = false;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#door = { ...options, isStopping: () => this.#stopping };
  }

  /** Where it really listens. */
  get addresses(): readonly Address[] {
    return this.#listeners.map((listener) => listener.address);
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  /** Clients that are connected. */
  get connections(): number {
    return this.#conversations.size;
  }

  /** The problems, none if all is well. */
  async open(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const place of this.#options.listen) {
      const { host, port } = place;
      const listening = await this.#options.listenOn({ host, port }, (socket) => this.#accept(socket, place));
      if (listening.kind === "listening") this.#listeners.push(listening.listener);
      else problems.push(listening.message);
    }
    return problems;
  }

  /**
   * For a server whose place others take: accepts nobody any more, and gives its sessions the time that transactions
   * have to end by themselves. `stop` is to follow, and may come before.
   */
  async retire(): Promise<void> {
    this.#closeListeners();
    const over = new AbortController();
    const deadline = pause(this.#options.drainWithin(), undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([deadline, Promise.all(this.#conversations.values())]);
    over.abort();
  }

  /**
   * Accepts nobody any more, tells waiting clients 421, lets transactions finish until the deadline, then closes what
   * is left. Resolves when every conversation is over.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    const isEmpty = await this.#emptyQueues(longestQueue);
    if (isEmpty) this.#closeListeners();
    for (const wire of this.#conversations.keys()) wire.shutDown();
    if (!isEmpty) {
      // Those who kept the event loop from it are silent now.
      await this.#emptyQueues(2 * longestQueue);
      this.#closeListeners();
    }
    const { drainWithin, log } = this.#options;
    const deadline = setTimeout(() => {
      log("warn", "transactions cut off by shutdown", { sessions: this.#conversations.size });
      for (const wire of this.#conversations.keys()) wire.destroy();
    }, drainWithin());
    await Promise.all(this.#conversations.values());
    clearTimeout(deadline);
  }

  #closeListeners(): void {
    for (const listener of this.#listeners) listener.close();
  }

  /**
   * Whom the system has let in already would be reset when the listener closes: they are accepted, to hear 421. False:
   * somebody may still wait after so many milliseconds.
   */
  async #emptyQueues(within: number): Promise<boolean> {
    const until = performance.now() + within;
    for (let quiet = 0; quiet < quietTurns;) {
      if (performance.now() > until) return false;
      const before = this.#accepted;
      await pause(turn);
      quiet = this.#accepted === before ? quiet + 1 : 0;
    }
    return true;
  }

  #accept(socket: Socket, place: Place): void {
    this.#accepted++;
    const lease = this.#options.lease(place);
    const wire = new Wire(socket, lease.desk.timeouts.write);
    const conversation = serveClient(this.#door, wire, endsOf(socket), lease).finally(() => {
      this.#conversations.delete(wire);
      lease.release();
    });
    this.#conversations.set(wire, conversation);
  }
}
function endsOf(socket: Socket): Ends {
  return {
    peer: { address: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 },
    server: { address: plainAddress(socket.localAddress), port: socket.localPort ?? 0 },
  };
}

/** An IPv4 client of a dual-stack listener is an IPv4 client: plugins compare addresses with lists. */
function plainAddress(address: string | undefined): string {
  const octets = clientOctets(address ?? "");
  return octets === undefined ? address ?? "" : formatAddress(octets);
}
