// Saying no to a command or to a line, and to whoever makes us say it too often.

import type { Command } from "./command.ts";
import type { Offer } from "./extensions.ts";
import type { Line } from "./line_decoder.ts";
import type { Reply } from "./reply.ts";
import * as replies from "./replies.ts";
import type { Session } from "./session.ts";
import { type Outcome, outcome } from "./step.ts";

/** Answers a command with a refusal. */
export function refuse(session: Session, command: Command, reply: Reply, offer: Offer): Outcome {
  const refused = { ...session, refusals: session.refusals + 1 };
  const isRcpt = command.verb === "RCPT" || (command.verb === "malformed" && command.of === "RCPT");
  const transaction = session.transaction;
  if (!isRcpt || transaction === undefined) return limited(refused, reply, offer);
  const refusedRecipients = transaction.refusedRecipients + 1;
  return limited({ ...refused, transaction: { ...transaction, refusedRecipients } }, reply, offer);
}

/** Answers a line that is no command. */
export function refuseLine(session: Session, line: Exclude<Line, { kind: "line" }>, offer: Offer): Outcome {
  const refused = { ...session, refusals: session.refusals + 1 };
  switch (line.kind) {
    case "bareCrLf":
      return outcome(refused, replies.bareCrLf(), "close"); // whoever sends it may be smuggling: nothing behind it is read
    case "tooLong":
      return limited(refused, replies.lineTooLong(), offer);
    case "nul":
      return limited(refused, replies.nulInLine(), offer);
    case "notUtf8":
      return limited(refused, replies.lineNotUtf8(), offer);
  }
}

/** A client that is refused again and again is a guesser or out of step. RFC 5321 §3.8, §7.8. */
export function limited(session: Session, reply: Reply, offer: Offer): Outcome {
  if (session.refusals < offer.maxRefusals) return outcome(session, reply);
  return outcome(session, replies.tooManyRefusals(), "close");
}
