// Is a command legal now? Answers at once, or says what has to be asked or taken off the wire first.

import type { Parameters } from "../../sdk/contract/event.ts";
import type { MalformedAttributes } from "./attributes.ts";
import type { ArgumentCommand, AuthCommand, BdatCommand, Command, MailCommand, RcptCommand, Verb } from "./command.ts";
import { type CommandRule, commandRules, type Hindrance, type Need } from "./command_rules.ts";
import { isOffered, type Offer, offeredKeywords, offeredMechanisms } from "./extensions.ts";
import { mailParametersObjection, needsChunking, rcptParametersObjection } from "./parameters.ts";
import { refuse } from "./refuse.ts";
import type { Reply } from "./reply.ts";
import * as replies from "./replies.ts";
import { type Session, withoutTransaction } from "./session.ts";
import { outcome, type Step } from "./step.ts";
import { applyXclient, parseXclient } from "./xclient.ts";
import { applyXforward, parseXforward } from "./xforward.ts";

/** `early`: octets came behind the line before it was answered. */
export function check(before: Session, command: Command, offer: Offer, early = false): Step {
  const session = { ...before, commands: before.commands + 1 };
  if (session.commands > offer.maxCommands) return outcome(session, replies.tooManyCommands(), "close");
  const verb = verbOf(command);
  const rule = commandRules[verb];
  // One who has proved who he is need not be suspected.
  if (early && rule.waits && offer.pipelining === "reject" && session.user === undefined) {
    return outcome(session, replies.improperPipelining(), "close");
  }
  const objection = outOfPlace(session, verb, offer) ?? outOfOrder(session, rule, offer) ??
    argumentObjection(session, command, offer);
  if (objection !== undefined) return refused(session, command, objection, offer);
  return begin(session, command, rule, offer, early);
}

function verbOf(command: Command): Verb | "unrecognized" {
  return command.verb === "malformed" ? command.of : command.verb;
}

function refused(session: Session, command: Command, objection: Reply, offer: Offer): Step {
  const refusal = refuse(session, command, objection, offer);
  // Nobody knows how many octets come behind it, and taken for commands they could be anything.
  if (command.verb === "malformed" && command.of === "BDAT") return { ...refusal, next: "close" };
  // RFC 3030 §4.2: the octets come all the same.
  return command.verb === "BDAT" ? chunk(session, command, refusal) : refusal;
}

function begin(session: Session, command: Command, rule: CommandRule, offer: Offer, early: boolean): Step {
  switch (command.verb) {
    case "STARTTLS":
      return outcome(session, replies.startTls(), "secure");
    case "AUTH":
      return beginExchange(session, command);
    case "XCLIENT":
      return introduce(session, command, offer);
    case "XFORWARD":
      return forward(session, command, offer);
    case "BDAT":
      if (session.transaction?.chunked !== undefined) return chunk(session, command);
      return { kind: "question", session, hook: "data", command, early };
    case "MAIL":
      if (session.transactions < offer.maxTransactions) break;
      return outcome(session, replies.tooManyTransactions(), "close");
    default:
  }
  if (rule.asks !== undefined) return { kind: "question", session, hook: rule.asks, command, early };
  return outcome(withoutTransaction(session), replies.done());
}

export function chunk(session: Session, { octets, last }: BdatCommand, refusal?: ReturnType<typeof refuse>): Step {
  return { kind: "chunk", session, octets, last, ...(refusal === undefined ? {} : { refusal }) };
}

function beginExchange(session: Session, { mechanism, initial }: AuthCommand): Step {
  return { kind: "exchange", session, mechanism, ...(initial === undefined ? {} : { initial }) };
}

function introduce(session: Session, command: ArgumentCommand, offer: Offer): Step {
  const parsed = parseXclient(command.argument);
  if (parsed.kind === "malformed") return refuse(session, command, badAttribute(command, parsed), offer);
  return { kind: "introduction", session: applyXclient(session, parsed.values) };
}

function forward(session: Session, command: ArgumentCommand, offer: Offer): Step {
  const parsed = parseXforward(command.argument);
  if (parsed.kind === "malformed") return refuse(session, command, badAttribute(command, parsed), offer);
  return outcome({ ...session, forwarded: applyXforward(session.forwarded, parsed.values) }, replies.done());
}

function badAttribute({ verb }: ArgumentCommand, { attribute, why }: MalformedAttributes): Reply {
  return replies.badAttribute(verb, attribute === "" ? `attributes ${why}` : `${attribute} ${why}`);
}

const missing: { readonly [N in Need]: (session: Session, rule: CommandRule) => Reply } = {
  hello: replies.needHelloFirst,
  secured: (_, rule) => rule === commandRules.AUTH ? replies.authNeedsTls() : replies.needTlsFirst(),
  entitled: replies.needAuthFirst,
  transaction: replies.needMailFirst,
  // A client that sent RCPT and DATA in one group made no mistake: its recipients were refused. RFC 2920 §3.1.
  recipient: (session) =>
    (session.transaction?.refusedRecipients ?? 0) > 0 ? replies.noValidRecipients() : replies.needRcptFirst(),
};

const inTheWay: { readonly [H in Hindrance]: () => Reply } = {
  encrypted: replies.tlsAlready,
  authenticated: replies.authenticatedAlready,
  transaction: replies.transactionOpen,
  chunks: replies.chunksUnderWay,
};

const facts: { readonly [F in Need | Hindrance]: (session: Session, offer: Offer) => boolean } = {
  hello: ({ hello }) => hello !== undefined,
  secured: ({ tls }, offer) => offer.tls !== "required" || tls !== undefined,
  entitled: ({ user }, { mode }) => mode !== "submission" || user !== undefined,
  encrypted: ({ tls }) => tls !== undefined,
  authenticated: ({ user }) => user !== undefined,
  transaction: ({ transaction }) => transaction !== undefined,
  recipient: ({ transaction }) => (transaction?.forwardPaths.length ?? 0) > 0,
  chunks: ({ transaction }) => transaction?.chunked !== undefined,
};

/** Commands that are not there at all. One who is encrypted already is told that, not that there is no STARTTLS. */
function outOfPlace(session: Session, verb: Verb | "unrecognized", offer: Offer): Reply | undefined {
  if (verb === "unrecognized" || isOffered(verb, offer, session)) return undefined;
  if (verb === "STARTTLS" && session.tls !== undefined) return undefined;
  return isHello(verb) ? replies.helloNotOffered(verb) : replies.notImplemented(verb);
}

function isHello(verb: Verb): boolean {
  return verb === "EHLO" || verb === "HELO" || verb === "LHLO";
}

function outOfOrder(session: Session, rule: CommandRule, offer: Offer): Reply | undefined {
  for (const fact of rule.needs ?? []) {
    if (!facts[fact](session, offer)) return missing[fact](session, rule);
  }
  for (const fact of rule.forbids ?? []) {
    if (facts[fact](session, offer)) return inTheWay[fact]();
  }
  return undefined;
}

function argumentObjection(session: Session, command: Command, offer: Offer): Reply | undefined {
  switch (command.verb) {
    case "malformed":
      return command.reply;
    case "MAIL":
      return mailObjection(session, command, offer);
    case "RCPT":
      return rcptObjection(session, command, offer);
    case "DATA":
      return needsChunking(session.transaction?.parameters ?? {}) ? replies.binaryNeedsBdat() : undefined;
    case "AUTH":
      return authObjection(session, command, offer);
    default:
      return undefined;
  }
}

function mailObjection(session: Session, command: MailCommand, offer: Offer): Reply | undefined {
  const { parameters, utf8 } = command;
  if (session.hello?.verb === "HELO" && !isBare(parameters)) return replies.parametersNeedEhlo();
  if (utf8 && parameters["SMTPUTF8"] !== true) return replies.reversePathNeedsUtf8();
  const declared = Number(parameters["SIZE"] ?? 0);
  if (offer.maxMessageSize > 0 && declared > offer.maxMessageSize) return replies.declaredTooLarge();
  return isBare(parameters) ? undefined : mailParametersObjection(parameters, offeredKeywords(offer, session));
}

function rcptObjection(session: Session, command: RcptCommand, offer: Offer): Reply | undefined {
  const transaction = session.transaction;
  if (command.utf8 && transaction?.parameters["SMTPUTF8"] !== true) return replies.forwardPathNeedsUtf8();
  if (session.hello?.verb === "HELO" && !isBare(command.parameters)) return replies.parametersNeedEhlo();
  const taken = transaction?.forwardPaths.length ?? 0;
  if (taken >= offer.maxRecipients) return replies.tooManyRecipients();
  if (transaction === undefined || isBare(command.parameters)) return undefined;
  return rcptParametersObjection(command.parameters, transaction.parameters, offeredKeywords(offer, session));
}

function isBare(parameters: Parameters): boolean {
  return Object.keys(parameters).length === 0;
}

function authObjection(session: Session, { mechanism }: AuthCommand, offer: Offer): Reply | undefined {
  if (session.hello?.verb === "HELO") return replies.needEhloForAuth();
  if (session.tls === undefined && !offer.authWithoutTls) return replies.authNeedsTls();
  return offeredMechanisms(offer, session).includes(mechanism) ? undefined : replies.unknownMechanism();
}
