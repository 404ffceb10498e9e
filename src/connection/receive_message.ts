// One message from 354 to the reply to its end: collect it, ask about it, hand it over.

import type { HeaderField } from "../../sdk/contract/event.ts";
import type { Edit } from "../../sdk/contract/verdict.ts";
import type { Delivered } from "../delivery/delivery.ts";
import type { Settled } from "../hooks/settle.ts";
import * as replies from "../smtp/replies.ts";
import { endMessage, type MessageEnding, type Session } from "../smtp/session.ts";
import { parseHeaderSection } from "../spool/header_section.ts";
import { collectContent, type Collected } from "./collect_content.ts";
import { composeOutgoing } from "./compose_outgoing.ts";
import type { Turn } from "./converse.ts";
import type { Desk } from "./desk.ts";
import type { Questions } from "./questions.ts";
import type { Wire } from "./wire.ts";

type Complete = Extract<Collected, { readonly kind: "content" }>;

/** Receives one message and settles its fate. Whatever happens, the spool is clean and the transaction over. */
export async function receiveMessage(wire: Wire, desk: Desk, questions: Questions, session: Session): Promise<Turn> {
  const draft = desk.spool.open(spoolName(session));
  const bounds = { size: desk.offer.maxMessageSize, headerSize: desk.maxHeaderSize, within: desk.timeouts.data };
  try {
    const collected = await collectContent(wire, draft, bounds, (section) => askHeaders(questions, session, section));
    switch (collected.kind) {
      case "gone":
        return { kind: "gone", session };
      case "timedOut":
        return { kind: "outcome", session, reply: replies.timedOut(desk.offer.hostname), next: "close" };
      case "unwanted":
        return conclude(desk, session, collected.ending, draft.size, collected.why);
      case "content": {
        const { ending, why } = await decide(desk, questions, session, collected);
        await collected.content.discard();
        return conclude(desk, session, ending, collected.content.size, why);
      }
    }
  } finally {
    await draft.discard();
  }
}

interface Fate {
  readonly ending: MessageEnding;
  /** For the log alone. */
  readonly why?: string;
}

async function decide(desk: Desk, questions: Questions, session: Session, collected: Complete): Promise<Fate> {
  const headers = questions.wants("data_post", "queue") ? fieldsOf(collected.content.head(collected.headerEnd)) : [];
  const facts = { kind: "message", headers, content: collected.content } as const;
  const post = await questions.ask(session, { ...facts, hook: "data_post" });
  if (isRefusal(post)) return { ending: { kind: "refused", decision: post.decision } };
  const queue = await questions.ask(session, { ...facts, hook: "queue" });
  if (isRefusal(queue)) return { ending: { kind: "refused", decision: queue.decision } };
  if (queue.decision.verdict === "accept") {
    return { ending: { kind: "accepted", text: queue.decision.text }, why: `taken by plugin ${queue.by}` };
  }
  return await handOver(desk, session, collected, post.edits);
}

async function handOver(desk: Desk, session: Session, collected: Complete, edits: readonly Edit[]): Promise<Fate> {
  const { content, headerEnd } = collected;
  const message = composeOutgoing(session, desk.offer, content, headerEnd, edits, Date.now());
  if (message.envelope.forwardPaths.length === 0) {
    return { ending: { kind: "accepted" }, why: "plugins removed every recipient, so it is delivered to none" };
  }
  return fateOf(await desk.deliver(message));
}

function fateOf(delivered: Delivered): Fate {
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

function conclude(desk: Desk, session: Session, ending: MessageEnding, size: number, why?: string): Turn {
  const outcome = endMessage(session, ending, desk.offer);
  const level = ending.kind === "accepted" ? "info" : ending.kind === "failed" ? "error" : "warn";
  desk.log(level, ending.kind === "accepted" ? "message accepted" : "message refused", {
    session: session.id,
    transaction: session.transaction?.id,
    size,
    recipients: session.transaction?.forwardPaths.length,
    ending: ending.kind,
    code: outcome.reply.code,
    why,
  });
  return outcome;
}

async function askHeaders(questions: Questions, session: Session, headerSection: Uint8Array): Promise<Settled> {
  const headers = questions.wants("data_headers_end") ? fieldsOf(headerSection) : [];
  return await questions.ask(session, { kind: "headers", hook: "data_headers_end", headers });
}

function fieldsOf(headerSection: Uint8Array): readonly HeaderField[] {
  return parseHeaderSection(headerSection).filter(({ name }) => name !== "").map(({ name, value }) => [name, value]);
}

function isRefusal({ decision }: Settled): boolean {
  return decision.verdict === "reject" || decision.verdict === "defer";
}

/** Transaction ids hold a dot; names of spool files do not. */
function spoolName({ transaction, id }: Session): string {
  return (transaction?.id ?? id).replaceAll(".", "-");
}
