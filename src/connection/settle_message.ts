// What becomes of a message that has come: plugins are asked, it is handed over, the client is told.

import type { Edit } from "../../sdk/contract/verdict.ts";
import type { Delivered, OutgoingMessage } from "../delivery/delivery.ts";
import { type Ending, endMessage } from "../smtp/end_message.ts";
import type { Session } from "../smtp/session.ts";
import { composeOutgoing } from "./compose_outgoing.ts";
import type { Collected } from "./intake.ts";
import {
  afterDelivery,
  afterPlugins,
  allTheSame,
  allUndecided,
  endingOf,
  type Fate,
  type Fates,
} from "./message_fates.ts";
import { fieldsOf } from "./reception.ts";
import type { Talk, Turn } from "./talk.ts";

type Complete = Extract<Collected, { readonly kind: "content" }>;

interface End {
  readonly ending: Ending;
  /** For the log alone. */
  readonly why?: string;
}

/** `size` is the octets that have come. */
export async function settleMessage(talk: Talk, session: Session, collected: Collected, size: number): Promise<Turn> {
  const began = performance.now();
  if (collected.kind === "unwanted") return conclude(talk, session, collected, { size, began });
  const fates = await decide(talk, session, collected);
  await collected.content.discard();
  return conclude(talk, session, endingOf(fates), { size: collected.content.size, began });
}

async function decide(talk: Talk, session: Session, collected: Complete): Promise<Fates> {
  const { questions, desk } = talk;
  const headers = questions.wants("data_post", "queue")
    ? fieldsOf(collected.content.head(collected.headerEnd), desk.offer.results.id)
    : [];
  const facts = { kind: "message", headers, content: collected.content } as const;
  const post = await questions.ask(session, { ...facts, hook: "data_post" });
  const judged = afterPlugins(allUndecided(session), "data_post", post);
  const { places } = judged;
  if (places.length === 0) return judged;
  const queue = await questions.ask(judged.session, { ...facts, hook: "queue", places });
  const queued = afterPlugins(judged, "queue", queue);
  return queued.places.length === 0 ? queued : await handOver(talk, queued, collected, post.edits);
}

async function handOver(talk: Talk, fates: Fates, collected: Complete, edits: readonly Edit[]): Promise<Fates> {
  const { desk, mailAt, questions } = talk;
  const { content, headerEnd } = collected;
  const now = Date.now();
  const message = composeOutgoing(
    fates.session,
    desk.offer,
    { content, headerEnd },
    { edits, results: questions.results(fates.session) },
    { now, begun: mailAt ?? now },
  );
  return message.envelope.forwardPaths.length === 0
    ? allTheSame(fates, removed)
    : afterDelivery(fates, message, await deliver(talk, fates.session, message));
}

async function deliver({ desk, watch }: Talk, session: Session, message: OutgoingMessage): Promise<Delivered> {
  if (watch === undefined) return await desk.deliver(message);
  const began = performance.now();
  watch.delivering(session);
  const delivered = await desk.deliver(message);
  const results = delivered.kind === "each" ? delivered.results.map(({ kind }) => kind) : [delivered.kind];
  watch.delivered(session, results, performance.now() - began);
  return delivered;
}

const removed: Fate = {
  ending: { kind: "accepted" },
  why: "plugins removed every recipient, so it is delivered to none",
};

/** `began`: when the last of it had come. */
interface Come {
  readonly size: number;
  readonly began: number;
}

function conclude({ desk, trail, watch }: Talk, session: Session, { ending, why }: End, { size, began }: Come): Turn {
  const outcome = endMessage(session, ending, desk.offer);
  const all = [outcome.reply, ...outcome.others ?? []];
  trail.ended(ending.kind, all, size, why);
  watch?.ended(session, ending.kind, size, performance.now() - began);
  const level = ending.kind === "failed" ? "error" : outcome.reply.code < 400 ? "info" : "warn";
  const accepted = level === "info";
  const facts = {
    session: session.id,
    transaction: session.transaction?.id,
    size,
    recipients: session.transaction?.forwardPaths.length,
    ending: ending.kind,
    code: all.map(({ code }) => code).join(" "),
    why,
  };
  desk.log(level, accepted ? "message accepted" : "message refused", facts, accepted ? "accepted" : "refused");
  return outcome;
}
