// Every way in which a message can end after its mail data was read, and the reply to each.

import type { Decision } from "./decision.ts";
import { closesAfter, isCode, isRefused, isStatus, refusalReply, worded } from "./decision_replies.ts";
import type { Reply } from "./reply.ts";
import * as replies from "./replies.ts";

export type MessageEnding =
  /** Durable here, or the next hop has it. */
  | { readonly kind: "accepted"; readonly text?: readonly string[] }
  /** Plugins refused at `data_headers_end`, `data_post` or `queue`. */
  | { readonly kind: "refused"; readonly decision: Decision }
  | { readonly kind: "tooLarge" }
  | { readonly kind: "headerTooLarge" }
  | { readonly kind: "tooManyHeaderFields" }
  /** More Received fields than any honest way has: RFC 5321 §6.3. */
  | { readonly kind: "loop" }
  /** A bare CR or LF in the mail data: another server might see the end of the message there. */
  | { readonly kind: "brokenLines" }
  | { readonly kind: "storageFull" }
  /** A NUL in mail data that is not binary: servers that drop it see other lines than we do. */
  | { readonly kind: "nul" }
  /** A bug or broken I/O on our side. */
  | { readonly kind: "failed" }
  /** The reply of the server that the message was passed on to. */
  | { readonly kind: "nextHop"; readonly code: number; readonly status?: string; readonly text: readonly string[] };

export interface MessageReply {
  readonly reply: Reply;
  readonly close: boolean;
}

/** RFC 5321 §4.2.5: after 250 the message is ours, after anything else it is the client's. */
export function messageReply(ending: MessageEnding, transactionId: string): MessageReply {
  switch (ending.kind) {
    case "accepted":
      return stay(worded(replies.messageAccepted(transactionId), ending.text ?? []));
    case "refused":
      return refused(ending.decision);
    case "tooLarge":
      return stay(replies.messageTooLarge());
    case "headerTooLarge":
      return stay(replies.headerTooLarge());
    case "tooManyHeaderFields":
      return stay(replies.tooManyHeaderFields());
    case "loop":
      return stay(replies.tooManyHops());
    case "brokenLines":
      return { reply: replies.brokenLines(), close: true };
    case "nul":
      return { reply: replies.nulInContent(), close: true };
    case "storageFull":
      return stay(replies.storageFull());
    case "failed":
      return stay(replies.internalFailure());
    case "nextHop":
      return stay(nextHopReply(ending.code, ending.status, ending.text));
  }
}

function stay(reply: Reply): MessageReply {
  return { reply, close: false };
}

function refused(decision: Decision): MessageReply {
  // No refusal at all: a message without a decision is not ours, so it must not be acknowledged.
  if (!isRefused(decision)) return stay(replies.internalFailure());
  const reply = refusalReply("data_post", decision);
  return { reply, close: closesAfter(decision, reply) };
}

/**
 * The next hop's words in our dialog. Its 421 closes its connection, not ours, and a code that ends no message (354,
 * 7xx) is a failure on our side: both are 451. Anything below 300 is our 250.
 */
function nextHopReply(code: number, status: string | undefined, text: readonly string[]): Reply {
  const family = Math.floor(code / 100);
  if (![2, 4, 5].includes(family) || !isCode(code, family)) return replies.internalFailure();
  const own = family === 2 ? 250 : code === 421 ? 451 : code;
  const usual = replies.nextHopSaidNothing(own);
  return { ...worded(usual, text), status: isStatus(status, family) ? status : `${family}.0.0` };
}
