// One client from its connection to its end: counted, turned away or welcomed, talked to, let go.

import { arrive, type Ends, type Manners } from "../connection/arrive.ts";
import { converse } from "../connection/converse.ts";
import type { Desk } from "../connection/desk.ts";
import { Questions } from "../connection/questions.ts";
import type { Wire } from "../connection/wire.ts";
import type { Admission, ConnectionCounts } from "../limits/connection_counts.ts";
import type { Log } from "../log/log.ts";
import { newSessionCode } from "../receipts/code.ts";
import { recordRefusal, Trail } from "../receipts/trail.ts";
import * as replies from "../smtp/replies.ts";
import type { Reply } from "../smtp/reply.ts";
import type { TurnedAway, Watch } from "../watch/watch.ts";

/** What decides who may come in, and who hears of it. */
export interface Door {
  readonly counts: ConnectionCounts;
  /** New clients are told to come back later. */
  readonly isOverloaded: () => boolean;
  readonly isStopping: () => boolean;
  readonly log: Log;
  /** Who looks on; absent: nobody, and then it costs nothing. */
  readonly watch?: Watch;
}

/** One session's hold on what serves it. */
export interface SessionLease {
  readonly desk: Desk;
  readonly manners: Manners;
  /** Called once, when the connection is closed and the last call of a plugin has ended. */
  release(): void;
}

/** A bug in one conversation ends that conversation: the others are not touched. */
export async function serveClient(
  door: Door,
  wire: Wire,
  ends: Ends,
  { desk, manners }: SessionLease,
): Promise<void> {
  const { counts, log, watch } = door;
  const client = ends.peer.address;
  // Behind a proxy the address that counts is not known yet.
  const admission = manners.proxy || client === "" ? "later" : await counts.admit(client);
  const id = newSessionCode();
  try {
    const turned = whyTurnedAway(door, admission);
    if (turned !== undefined) return await turnAway(door, wire, turned, { desk, id, client }, manners);
    const arrived = await arrive(wire, id, ends, manners);
    if (arrived.kind === "arrived") return await welcome(door, wire, desk, arrived, admission);
    log("info", "turned away before the greeting", { client, why: arrived.why });
    watch?.turnedAway(client, "unwelcome");
    wire.destroy();
  } catch (error) {
    const why = error instanceof Error ? error.stack : String(error);
    watch?.turnedAway(client, "bug");
    log("error", "a bug ended this session, please report it", { session: id, client, why });
    refuse(wire, replies.internalFailure(), { desk, id, client }, "a bug in the server; its log has more");
    await wire.close();
  } finally {
    if (admission !== "later" && admission.kind === "admitted") admission.release();
  }
}

/** The session itself, with its client counted for as long as it lasts. */
async function welcome(
  door: Door,
  wire: Wire,
  desk: Desk,
  arrived: Arrived,
  admission: Admission | "later",
): Promise<void> {
  const { session } = arrived;
  const { address } = session.client;
  // A Unix socket has no address: who may open it is said by its mode.
  const late = admission === "later" && address !== "" ? await door.counts.admit(address) : undefined;
  try {
    const turned = late && whyTurnedAway(door, late);
    if (turned === undefined) await talk(door, wire, desk, arrived);
    else await turnAway(door, wire, turned, { desk, id: session.id, client: address });
  } finally {
    if (late?.kind === "admitted") late.release();
  }
}

async function talk({ watch: onlooker }: Door, wire: Wire, desk: Desk, { session, binding }: Arrived): Promise<void> {
  const trail = new Trail(desk.receipts);
  const watch = onlooker?.begin(session, { end: () => wire.end() });
  const questions = new Questions(desk, trail, watch);
  const { id, client, server, proxy } = session;
  const where = { session: id, client: client.address, port: client.port, at: server.port, proxy: proxy?.address };
  desk.log("info", "connected", where);
  const parts = { wire, desk, questions, trail, began: performance.now() };
  let last = session;
  try {
    last = await converse({ ...parts, ...(watch && { watch }), ...(binding && { binding }) }, session);
    await wire.close();
  } finally {
    watch?.left(last);
    desk.log("info", "disconnected", { session: id });
    await questions.told();
    desk.log("debug", "session over", { session: id }, "over");
  }
}

function whyTurnedAway(door: Door, admission: Admission | "later"): Refused | undefined {
  if (door.isStopping()) return "stopping";
  if (door.isOverloaded()) return "overloaded";
  if (admission === "later" || admission.kind === "admitted") return undefined;
  return admission.by === "all" ? "tooMany" : "tooManyFromYou";
}

/** Before a handshake a reply would only break it. */
async function turnAway(door: Door, wire: Wire, turned: Refused, whom: Unserved, manners?: Manners): Promise<void> {
  const { id, client, desk } = whom;
  const reply = refusals[turned](desk.offer.hostname);
  door.watch?.turnedAway(client, turned);
  const facts = { session: id, client, code: reply.code, why: reply.lines.join(" ") };
  door.log("info", "turned away", facts, "turned away");
  if (manners?.implicitTls === true) return wire.destroy();
  refuse(wire, reply, whom);
  await wire.close();
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
