// The replies to mail data: one to a whole message, one to each recipient in LMTP, one to a piece of BDAT.

import type { Offer } from "./extensions.ts";
import { type MessageEnding, type MessageReply, messageReply } from "./message_ending.ts";
import { isRefusal } from "./reply.ts";
import * as replies from "./replies.ts";
import { type Session, withoutTransaction } from "./session.ts";
import { type Outcome, outcome } from "./step.ts";

/** What became of a message: of all its recipients together, or of each in the order of RCPT (LMTP alone). */
export type Ending = MessageEnding | { readonly kind: "each"; readonly endings: readonly MessageEnding[] };

/**
 * Answers the mail data. The transaction is over whatever happened to it. A refusal too many closes the session after
 * its own reply, not with 421: that would make the client send a message again that was refused for good.
 */
export function endMessage(session: Session, ending: Ending, offer: Offer): Outcome {
  const [first, ...others] = repliesTo(session, ending, offer);
  const all = [first, ...others];
  const refused = all.filter(({ reply }) => isRefusal(reply)).length;
  const refusals = session.refusals + refused;
  const closes = all.some(({ close }) => close) || (refused > 0 && refusals >= offer.maxRefusals);
  const ended = outcome({ ...withoutTransaction(session), refusals }, first.reply, closes ? "close" : "command");
  return others.length === 0 ? ended : { ...ended, others: others.map(({ reply }) => reply) };
}

/** A piece that is not the last. RFC 3030 §2: every BDAT has its reply. */
export function tookChunk(session: Session, octets: number): Outcome {
  const { transaction } = session;
  if (transaction === undefined) throw new Error("BDAT was taken outside a transaction: check was not called");
  const chunked = (transaction.chunked ?? 0) + octets;
  return outcome({ ...session, transaction: { ...transaction, chunked } }, replies.chunkAccepted(octets));
}

function repliesTo(session: Session, ending: Ending, { mode }: Offer): readonly [MessageReply, ...MessageReply[]] {
  const id = session.transaction?.id ?? session.id;
  const endings = ending.kind === "each" ? ending.endings : mode === "lmtp" ? forEach(session, ending) : [ending];
  const [first = { kind: "failed" }, ...others] = endings;
  return [messageReply(first, id), ...others.map((each) => messageReply(each, id))];
}

/** RFC 2033 §4.2: as many replies as there were recipients, the same one if they share their fate. */
function forEach({ transaction }: Session, ending: MessageEnding): readonly MessageEnding[] {
  return transaction?.forwardPaths.map(() => ending) ?? [];
}
