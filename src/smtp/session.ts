// One SMTP session as a value, and everything that can change it: pure functions from session to session and reply.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Endpoint, Hello } from "../../sdk/contract/event.ts";
import type { Command, HelloCommand, MailCommand, RcptCommand } from "./command.ts";
import { type CommandRule, commandRules, type Fact } from "./command_rules.ts";
import type { Decision } from "./decision.ts";
import { closesAfter, isRefused, type RefusableHook, type Refusal, refusalReply, worded } from "./decision_replies.ts";
import { extensionLines, type Offer } from "./extensions.ts";
import type { Line } from "./line_decoder.ts";
import { type MessageEnding, messageReply } from "./message_ending.ts";
import { isRefusal, type Reply } from "./reply.ts";
import * as replies from "./replies.ts";
import { beginTransaction, type Transaction, withRecipient } from "./transaction.ts";

export type { MessageEnding, Offer, Transaction };

/** From the greeting to the close. */
export interface Session {
  readonly id: string;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** EHLO or HELO was accepted. */
  readonly hello?: Hello;
  /** MAIL was accepted. */
  readonly transaction?: Transaction;
  /** Commands and messages answered 4xx or 5xx. */
  readonly refusals: number;
  /** Transactions begun so far; numbers their ids. */
  readonly transactions: number;
}

export type Step = Outcome | Question;

/** A legal command; the plugins of `hook` decide about it. */
export interface Question {
  readonly kind: "question";
  readonly hook: HookName;
  readonly command: Command;
}

/** `message`: read mail data, then `endMessage`. Exactly one reply a command, always. */
export interface Outcome {
  readonly kind: "outcome";
  readonly session: Session;
  readonly reply: Reply;
  readonly next: Next;
}

export type Next = "command" | "message" | "close";

/** A session before its greeting. `id` must be unique: transaction ids are made from it. */
export function startSession(from: Pick<Session, "id" | "client" | "server">): Session {
  return { id: from.id, client: from.client, server: from.server, refusals: 0, transactions: 0 };
}

/** What the client hears first, after the hook `connect`. RFC 5321 §3.1. */
export function greet(session: Session, decision: Decision, offer: Offer): Outcome {
  if (isRefused(decision)) return outcome(session, refusalReply("connect", decision), "close");
  const [first = `${offer.software} ready`, ...others] = decision.text;
  const greeting = replies.greeting(offer.hostname, first);
  return outcome(session, { ...greeting, lines: [...greeting.lines, ...others] });
}

/** Is this command legal now? Answers at once, or asks a hook. */
export function check(session: Session, command: Command, offer: Offer): Step {
  const rule = commandRules[command.verb === "malformed" ? command.of : command.verb];
  const objection = outOfOrder(session, rule) ?? argumentObjection(session, command, offer);
  if (objection !== undefined) return refuse(session, command, objection, offer);
  if (rule.asks !== undefined) return { kind: "question", hook: rule.asks, command };
  return outcome(withoutTransaction(session), replies.done());
}

/** Settles a question of `check` with what the plugins decided. */
export function proceed(session: Session, question: Question, decision: Decision, offer: Offer): Outcome {
  const { command, hook } = question;
  if (command.verb === "QUIT") {
    return outcome(session, worded(replies.goodbye(offer.hostname), decision.text), "close");
  }
  if (isRefused(decision) && isRefusable(hook)) return refuseFor(session, question, hook, decision, offer);
  switch (command.verb) {
    case "EHLO":
    case "HELO":
      return outcome(greeted(session, command), helloReply(command, offer));
    case "MAIL":
      return outcome(withTransaction(session, command), worded(replies.mailAccepted(), decision.text));
    case "RCPT":
      // Deny by default: a recipient nobody vouched for would make this an open relay.
      if (decision.verdict !== "accept") return refuse(session, command, replies.relayingDenied(), offer);
      return outcome(received(session, command), worded(replies.rcptAccepted(), decision.text));
    case "DATA":
      return outcome(session, replies.startMailData(), "message");
    default:
      return settleOther(session, command, decision, offer);
  }
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

/**
 * Answers the mail data. The transaction is over whatever happened to it. A refusal too many closes the session after
 * its own reply, not with 421: that would make the client send a message again that was refused for good.
 */
export function endMessage(session: Session, ending: MessageEnding, offer: Offer): Outcome {
  const { reply, close } = messageReply(ending, session.transaction?.id ?? session.id);
  const refused = isRefusal(reply);
  const refusals = session.refusals + (refused ? 1 : 0);
  const closes = close || (refused && refusals >= offer.maxRefusals);
  return outcome({ ...withoutTransaction(session), refusals }, reply, closes ? "close" : "command");
}

function outcome(session: Session, reply: Reply, next: Next = "command"): Outcome {
  return { kind: "outcome", session, reply, next };
}

const missing: { readonly [F in Fact]: (session: Session) => Reply } = {
  hello: replies.needHelloFirst,
  transaction: replies.needMailFirst,
  // A client that sent RCPT and DATA in one group made no mistake: its recipients were refused. RFC 2920 §3.1.
  recipient: (session) =>
    (session.transaction?.refusedRecipients ?? 0) > 0 ? replies.noValidRecipients() : replies.needRcptFirst(),
};

function has(session: Session, fact: Fact): boolean {
  if (fact === "hello") return session.hello !== undefined;
  if (fact === "transaction") return session.transaction !== undefined;
  return session.transaction !== undefined && session.transaction.forwardPaths.length > 0;
}

function outOfOrder(session: Session, rule: CommandRule): Reply | undefined {
  for (const fact of rule.needs ?? []) {
    if (!has(session, fact)) return missing[fact](session);
  }
  for (const fact of rule.forbids ?? []) {
    if (has(session, fact)) return replies.transactionOpen();
  }
  return undefined;
}

function argumentObjection(session: Session, command: Command, offer: Offer): Reply | undefined {
  if (command.verb === "malformed") return command.reply;
  if (command.verb === "MAIL") return mailObjection(session, command, offer);
  if (command.verb === "RCPT") return rcptObjection(session, command, offer);
  return undefined;
}

function mailObjection(session: Session, command: MailCommand, offer: Offer): Reply | undefined {
  const { parameters, utf8 } = command;
  if (session.hello?.verb !== "EHLO" && Object.keys(parameters).length > 0) return replies.parametersNeedEhlo();
  if (utf8 && parameters["SMTPUTF8"] !== true) return replies.reversePathNeedsUtf8();
  const declared = Number(parameters["SIZE"] ?? 0);
  return offer.maxMessageSize > 0 && declared > offer.maxMessageSize ? replies.declaredTooLarge() : undefined;
}

function rcptObjection(session: Session, command: RcptCommand, offer: Offer): Reply | undefined {
  const transaction = session.transaction;
  if (command.utf8 && transaction?.parameters["SMTPUTF8"] !== true) return replies.forwardPathNeedsUtf8();
  const taken = transaction?.forwardPaths.length ?? 0;
  return taken >= offer.maxRecipients ? replies.tooManyRecipients() : undefined;
}

function isRefusable(hook: HookName): hook is RefusableHook {
  return hook !== "quit" && hook !== "reset_transaction" && hook !== "disconnect";
}

function refuseFor(session: Session, question: Question, hook: RefusableHook, refusal: Refusal, offer: Offer): Outcome {
  const reply = refusalReply(hook, refusal);
  const settled = hook === "data" ? withoutTransaction(session) : session;
  const refused = refuse(settled, question.command, reply, offer);
  return closesAfter(refusal, reply) ? { ...refused, reply, next: "close" } : refused;
}

function refuse(session: Session, command: Command, reply: Reply, offer: Offer): Outcome {
  const refused = { ...session, refusals: session.refusals + 1 };
  const isRcpt = command.verb === "RCPT" || (command.verb === "malformed" && command.of === "RCPT");
  const transaction = session.transaction;
  if (!isRcpt || transaction === undefined) return limited(refused, reply, offer);
  const refusedRecipients = transaction.refusedRecipients + 1;
  return limited({ ...refused, transaction: { ...transaction, refusedRecipients } }, reply, offer);
}

/** A client that is refused again and again is a guesser or out of step. RFC 5321 §3.8, §7.8. */
function limited(session: Session, reply: Reply, offer: Offer): Outcome {
  if (session.refusals < offer.maxRefusals) return outcome(session, reply);
  return outcome(session, replies.tooManyRefusals(), "close");
}

function withoutTransaction(session: Session): Session {
  const { transaction: _ended, ...rest } = session;
  return rest;
}

function greeted(session: Session, command: HelloCommand): Session {
  return { ...withoutTransaction(session), hello: { verb: command.verb, name: command.name } };
}

function helloReply(command: HelloCommand, offer: Offer): Reply {
  return command.verb === "HELO"
    ? replies.heloAccepted(offer.hostname, command.name)
    : replies.ehloAccepted(offer.hostname, command.name, extensionLines(offer));
}

function withTransaction(session: Session, command: MailCommand): Session {
  const transactions = session.transactions + 1;
  return { ...session, transactions, transaction: beginTransaction(`${session.id}.${transactions}`, command) };
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
      return outcome(session, worded(replies.help(offer.software), decision.text));
    case "unrecognized":
      // Accepted: a plugin has made the verb its own, and has answered it.
      if (!accepted) return refuse(session, command, replies.unrecognized(), offer);
      return outcome(session, worded(replies.done(), decision.text));
    default:
      return outcome(session, worded(replies.done(), decision.text));
  }
}
