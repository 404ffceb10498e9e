// The running server: listens, talks to every client, drains, stops.

import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Listener as Place } from "./config/protocol.ts";
import { arrive, type Ends, type Manners } from "./connection/arrive.ts";
import { converse } from "./connection/converse.ts";
import type { Desk } from "./connection/desk.ts";
import { Questions } from "./connection/questions.ts";
import { Wire } from "./connection/wire.ts";
import type { Admission, ConnectionCounts } from "./limits/connection_counts.ts";
import type { Log } from "./log/log.ts";
import { formatAddress } from "./networks/address.ts";
import { clientOctets } from "./networks/client_octets.ts";
import type { Address, Listener, Listening } from "./platform/listen.ts";
import { newSessionCode } from "./receipts/code.ts";
import { recordRefusal, Trail } from "./receipts/trail.ts";
import type { Reply } from "./smtp/reply.ts";
import * as replies from "./smtp/replies.ts";
import type { TurnedAway, Watch } from "./watch/watch.ts";

export interface DaemonOptions {
  readonly listen: readonly Place[];
  /** In whatever process this is. */
  readonly listenOn: (address: Address, accept: (socket: Socket) => void) => Promise<Listening>;
  /** Called for every client: what it is served by from now to its end, whatever is put in force meanwhile. */
  readonly lease: (place: Place) => SessionLease;
  readonly counts: ConnectionCounts;
  /** New clients are told to come back later. */
  readonly isOverloaded: () => boolean;
  readonly log: Log;
  /** Who looks on; absent: nobody, and then it costs nothing. */
  readonly watch?: Watch;
  /** Milliseconds that transactions may go on; asked when the daemon is told to stop. */
  readonly drainWithin: () => number;
}

/** One session's hold on what serves it. */
export interface SessionLease {
  readonly desk: Desk;
  readonly manners: Manners;
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
    for (const listener of this.#listeners) listener.close();
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

  #accept(socket: Socket, place: Place): void {
    const lease = this.#options.lease(place);
    const wire = new Wire(socket, lease.desk.timeouts.write);
    const conversation = this.#serve(wire, endsOf(socket), lease).finally(() => {
      this.#conversations.delete(wire);
      lease.release();
    });
    this.#conversations.set(wire, conversation);
  }

  /** A bug in one conversation ends that conversation: the others are not touched. */
  async #serve(wire: Wire, ends: Ends, { desk, manners }: SessionLease): Promise<void> {
    const { counts, log } = this.#options;
    const client = ends.peer.address;
    // Behind a proxy the address that counts is not known yet.
    const admission = manners.proxy || client === "" ? "later" : await counts.admit(client);
    const id = newSessionCode();
    try {
      const turned = this.#whyTurnedAway(admission);
      if (turned !== undefined) return await this.#turnAway(wire, turned, { desk, id, client }, manners);
      const arrived = await arrive(wire, id, ends, manners);
      if (arrived.kind === "arrived") return await this.#welcome(wire, desk, arrived, admission);
      log("info", "turned away before the greeting", { client, why: arrived.why });
      this.#options.watch?.turnedAway(client, "unwelcome");
      wire.destroy();
    } catch (error) {
      const why = error instanceof Error ? error.stack : String(error);
      this.#options.watch?.turnedAway(client, "bug");
      log("error", "a bug ended this session, please report it", { session: id, client, why });
      refuse(wire, replies.internalFailure(), { desk, id, client }, "a bug in the server; its log has more");
      await wire.close();
    } finally {
      if (admission !== "later" && admission.kind === "admitted") admission.release();
    }
  }

  /** The session itself, with its client counted for as long as it lasts. */
  async #welcome(wire: Wire, desk: Desk, { session, binding }: Arrived, admission: Admission | "later"): Promise<void> {
    const { address } = session.client;
    // A Unix socket has no address: who may open it is said by its mode.
    const late = admission === "later" && address !== "" ? await this.#options.counts.admit(address) : undefined;
    try {
      const turned = late && this.#whyTurnedAway(late);
      if (turned === undefined) await this.#talk(wire, desk, session, binding);
      else await this.#turnAway(wire, turned, { desk, id: session.id, client: address });
    } finally {
      if (late?.kind === "admitted") late.release();
    }
  }

  async #talk(wire: Wire, desk: Desk, session: Arrived["session"], binding: Arrived["binding"]): Promise<void> {
    const trail = new Trail(desk.receipts);
    const watch = this.#options.watch?.begin(session, { end: () => wire.end() });
    const questions = new Questions(desk, trail, watch);
    const { id, client, server, proxy } = session;
    const where = { session: id, client: client.address, port: client.port, at: server.port, proxy: proxy?.address };
    desk.log("info", "connected", where);
    const talk = { wire, desk, questions, trail, began: performance.now() };
    let last = session;
    try {
      last = await converse({ ...talk, ...(watch && { watch }), ...(binding && { binding }) }, session);
      await wire.close();
    } finally {
      watch?.left(last);
      desk.log("info", "disconnected", { session: id });
      await questions.told();
      desk.log("debug", "session over", { session: id }, "over");
    }
  }

  #whyTurnedAway(admission: Admission | "later"): Refused | undefined {
    if (this.#stopping) return "stopping";
    if (this.#options.isOverloaded()) return "overloaded";
    if (admission === "later" || admission.kind === "admitted") return undefined;
    return admission.by === "all" ? "tooMany" : "tooManyFromYou";
  }

  /** Before a handshake a reply would only break it. */
  async #turnAway(wire: Wire, turned: Refused, whom: Unserved, manners?: Manners): Promise<void> {
    const { id, client, desk } = whom;
    const reply = refusals[turned](desk.offer.hostname);
    this.#options.watch?.turnedAway(client, turned);
    const facts = { session: id, client, code: reply.code, why: reply.lines.join(" ") };
    this.#options.log("info", "turned away", facts, "turned away");
    if (manners?.implicitTls === true) return wire.destroy();
    refuse(wire, reply, whom);
    await wire.close();
  }
}

type Refused = Exclude<TurnedAway, "unwelcome" | "bug">;

const refusals: { readonly [R in Refused]: (hostname: string) => Reply } = {
  stopping: replies.shuttingDown,
  overloaded: replies.overloaded,
  tooMany: replies.tooManyConnections,
  tooManyFromYou: replies.tooManyFromYou,
};

/** A client with whom there is no conversation, or no more. */
interface Unserved {
  readonly desk: Desk;
  readonly id: string;
  readonly client: string;
}

function refuse(wire: Wire, reply: Reply, { desk: { receipts }, id, client }: Unserved, why?: string): void {
  wire.say(reply, receipts.inReplies ? id : undefined);
  recordRefusal(receipts, id, client, reply, why);
}

type Arrived = Extract<Awaited<ReturnType<typeof arrive>>, { kind: "arrived" }>;

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
