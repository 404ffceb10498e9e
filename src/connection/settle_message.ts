// What becomes of a message that has come: plugins are asked, it is handed over, the client is told.

import type { Edit } from "../../sdk/contract/verdict.ts";
import type { Delivered, DeliveryResult, OutgoingMessage } from "../delivery/delivery.ts";
import type { Settled } from "../hooks/settle.ts";
import { type Ending, endMessage } from "../smtp/end_message.ts";
import type { MessageEnding } from "../smtp/message_ending.ts";
import type { Session } from "../smtp/session.ts";
import { sameMailbox } from "../spool/edit_envelope.ts";
import { composeOutgoing } from "./compose_outgoing.ts";
import type { Desk } from "./desk.ts";
import type { Collected } from "./intake.ts";
import { fieldsOf } from "./reception.ts";
import type { Talk, Turn } from "./talk.ts";

type Complete = Extract<Collected, { readonly kind: "content" }>;

interface Fate {
  readonly ending: Ending;
  /** For the log alone. */
  readonly why?: string;
}

/** `size` is the octets that have come. */
export async function settleMessage(talk: Talk, session: Session, collected: Collected, size: number): Promise<Turn> {
  if (collected.kind === "unwanted") return conclude(talk.desk, session, collected, size);
  const fate = await decide(talk, session, collected);
  await collected.content.discard();
  return conclude(talk.desk, session, fate, collected.content.size);
}

async function decide(talk: Talk, session: Session, collected: Complete): Promise<Fate> {
  const { questions } = talk;
  const headers = questions.wants("data_post", "queue") ? fieldsOf(collected.content.head(collected.headerEnd)) : [];
  const facts = { kind: "message", headers, content: collected.content } as const;
  const post = await questions.ask(session, { ...facts, hook: "data_post" });
  if (isRefusal(post)) return { ending: { kind: "refused", decision: post.decision } };
  const queue = await questions.ask(session, { ...facts, hook: "queue" });
  if (isRefusal(queue)) return { ending: { kind: "refused", decision: queue.decision } };
  if (queue.decision.verdict === "accept") {
    return { ending: { kind: "accepted", text: queue.decision.text }, why: `taken by plugin ${queue.by}` };
  }
  return await handOver(talk, session, collected, post.edits);
}

async function handOver(
  { desk, mailAt }: Talk,
  session: Session,
  collected: Complete,
  edits: readonly Edit[],
): Promise<Fate> {
  const { content, headerEnd } = collected;
  const now = Date.now();
  const times = { now, begun: mailAt ?? now };
  const message = composeOutgoing(session, desk.offer, content, headerEnd, edits, times);
  if (message.envelope.forwardPaths.length === 0) {
    return { ending: { kind: "accepted" }, why: "plugins removed every recipient, so it is delivered to none" };
  }
  return fateOf(session, message, await desk.deliver(message));
}

function fateOf(session: Session, message: OutgoingMessage, delivered: Delivered): Fate {
  return delivered.kind === "each" ? fateOfEach(session, message, delivered.results) : whole(delivered);
}

/** LMTP: each recipient has its own, but one that plugins removed is taken as they wanted. */
function fateOfEach({ transaction }: Session, { envelope }: OutgoingMessage, results: readonly DeliveryResult[]): Fate {
  const fates = (transaction?.forwardPaths ?? []).map((path): WholeFate => {
    const result = results[envelope.forwardPaths.findIndex((other) => sameMailbox(path, other))];
    return result === undefined ? { ending: { kind: "accepted" } } : whole(result);
  });
  const why = [...new Set(fates.map((fate) => fate.why).filter((why) => why !== undefined))].join("; ");
  const ending = { kind: "each", endings: fates.map((fate) => fate.ending) } as const;
  return why === "" ? { ending } : { ending, why };
}

interface WholeFate extends Fate {
  readonly ending: MessageEnding;
}

function whole(delivered: DeliveryResult): WholeFate {
  switch (delivered.kind) {
    case "taken":
      return delivered.text === undefined
        ? { ending: { kind: "accepted" } }
        : { ending: { kind: "accepted" }, why: delivered.text };
    case "refused": {
      const { code, status, text, reason } = delivered;
      const ending: MessageEnding = { kind: "nextHop", code, text, ...(status === undefined ? {} : { status }) };
      return reason === undefined ? { ending } : { ending, why: reason };
    }
    case "full":
      return { ending: { kind: "storageFull" } };
    case "failed":
      return { ending: { kind: "failed" }, why: delivered.message };
  }
}

function conclude(desk: Desk, session: Session, { ending, why }: Fate, size: number): Turn {
  const outcome = endMessage(session, ending, desk.offer);
  const level = ending.kind === "failed" ? "error" : outcome.reply.code < 400 ? "info" : "warn";
  desk.log(level, level === "info" ? "message accepted" : "message refused", {
    session: session.id,
    transaction: session.transaction?.id,
    size,
    recipients: session.transaction?.forwardPaths.length,
    ending: ending.kind,
    code: [outcome.reply, ...outcome.others ?? []].map(({ code }) => code).join(" "),
    why,
  });
  return outcome;
}

function isRefusal({ decision }: Settled): boolean {
  return decision.verdict === "reject" || decision.verdict === "defer";
}
