// What becomes of a legal command, now that the plugins have decided about it.

import type { HookName } from "../../sdk/contract/contract.ts";
import { chunk } from "./check.ts";
import type { Command, HelloCommand, MailCommand, RcptCommand } from "./command.ts";
import type { Decision } from "./decision.ts";
import { closesAfter, isRefused, type RefusableHook, type Refusal, refusalReply, worded } from "./decision_replies.ts";
import { extensionLines, isOffered, type Offer } from "./extensions.ts";
import { withoutAssertedIdentity } from "./parameters.ts";
import { refuse } from "./refuse.ts";
import type { Reply } from "./reply.ts";
import * as replies from "./replies.ts";
import { type Session, withoutTransaction } from "./session.ts";
import { type Outcome, outcome, type Question, type Step } from "./step.ts";
import { beginTransaction, withRecipient } from "./transaction.ts";

/** What the client hears first, after the hook `connect`. RFC 5321 §3.1. */
export function greet(session: Session, decision: Decision, offer: Offer): Outcome {
  if (isRefused(decision)) return outcome(session, refusalReply("connect", decision), "close");
  const [first = `${offer.software} ready`, ...others] = decision.text;
  const greeting = (offer.mode === "lmtp" ? replies.lmtpGreeting : replies.greeting)(offer.hostname, first);
  return outcome(session, { ...greeting, lines: [...greeting.lines, ...others] });
}

/** Settles a question of `check`. */
export function proceed(question: Question, decision: Decision, offer: Offer): Step {
  const { session, command, hook } = question;
  if (command.verb === "QUIT") {
    return outcome(session, worded(replies.goodbye(offer.hostname), decision.text), "close");
  }
  if (isRefused(decision) && isRefusable(hook)) return refuseFor(question, hook, decision, offer);
  switch (command.verb) {
    case "EHLO":
    case "HELO":
    case "LHLO":
      return welcome(session, command, offer);
    case "MAIL":
      return outcome(withTransaction(session, command), worded(replies.mailAccepted(), decision.text));
    case "RCPT":
      // Deny by default: a recipient nobody vouched for would make this an open relay.
      if (decision.verdict !== "accept") return refuse(session, command, replies.relayingDenied(), offer);
      return outcome(received(session, command), worded(replies.rcptAccepted(), decision.text));
    case "DATA":
      return outcome(session, replies.startMailData(), "message");
    case "BDAT":
      return chunk(session, command);
    default:
      return settleOther(session, command, decision, offer);
  }
}

function isRefusable(hook: HookName): hook is RefusableHook {
  return hook !== "auth" && hook !== "quit" && hook !== "reset_transaction" && hook !== "disconnect";
}

function refuseFor({ session, command }: Question, hook: RefusableHook, refusal: Refusal, offer: Offer): Step {
  const reply = refusalReply(hook, refusal);
  const settled = hook === "data" ? withoutTransaction(session) : session;
  const answered = refuse(settled, command, reply, offer);
  const refused: Outcome = closesAfter(refusal, reply) ? { ...answered, reply, next: "close" } : answered;
  return command.verb === "BDAT" ? chunk(refused.session, command, refused) : refused;
}

function welcome(session: Session, { verb, name }: HelloCommand, offer: Offer): Outcome {
  const greeted: Session = { ...withoutTransaction(session), hello: { verb, name } };
  return outcome(greeted, helloReply(greeted, verb, name, offer));
}

function helloReply(session: Session, verb: HelloCommand["verb"], name: string, offer: Offer): Reply {
  return verb === "HELO"
    ? replies.heloAccepted(offer.hostname, name)
    : replies.ehloAccepted(offer.hostname, name, extensionLines(offer, session));
}

function withTransaction(session: Session, command: MailCommand): Session {
  const transactions = session.transactions + 1;
  const id = `${session.id}.${transactions}`;
  const parameters = session.user === undefined ? withoutAssertedIdentity(command.parameters) : command.parameters;
  return { ...session, transactions, transaction: beginTransaction(id, { ...command, parameters }) };
}

function received(session: Session, command: RcptCommand): Session {
  const { transaction } = session;
  if (transaction === undefined) throw new Error("RCPT was asked about outside a transaction: check was not called");
  return { ...session, transaction: withRecipient(transaction, command) };
}

/** Commands that leave the session as it is. */
function settleOther(session: Session, command: Command, decision: Decision, offer: Offer): Outcome {
  const accepted = decision.verdict === "accept";
  switch (command.verb) {
    case "VRFY":
      return outcome(session, worded(accepted ? replies.verified() : replies.cannotVerify(), decision.text));
    case "HELP":
      return outcome(session, worded(replies.help(offer.software, helpVerbs(offer, session)), decision.text));
    case "unrecognized":
      // Accepted: a plugin has made the verb its own, and has answered it.
      if (!accepted) return refuse(session, command, replies.unrecognized(), offer);
      return outcome(session, worded(replies.done(), decision.text));
    default:
      return outcome(session, worded(replies.done(), decision.text));
  }
}

const verbs = [
  "EHLO",
  "HELO",
  "LHLO",
  "STARTTLS",
  "AUTH",
  "MAIL",
  "RCPT",
  "DATA",
  "BDAT",
  "RSET",
  "NOOP",
  "VRFY",
] as const;

function helpVerbs(offer: Offer, session: Session): readonly string[] {
  return [...verbs.filter((verb) => isOffered(verb, offer, session)), "HELP", "QUIT"];
}
