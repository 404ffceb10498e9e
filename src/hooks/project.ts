// From the session to what a plugin may see of it: the only place that decides this. Pure.

import type { Asked as AskedEvent, AuthEvent, Event, HeaderField, Load, Mailbox } from "../../sdk/contract/event.ts";
import type { About } from "../policy/about.ts";
import { newcomer, type Standing } from "../policy/standing.ts";
import type { Content } from "../spool/spool.ts";
import type { Session } from "../smtp/session.ts";
import type { Question } from "../smtp/step.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A moment of asking. `seed` is an unsigned 32-bit number. */
export interface Moment {
  readonly time: number;
  readonly seed: number;
}

/** What is asked about: a command that is legal now, a bare fact, or a message that has come. */
export type Subject =
  | Question
  | { readonly kind: "connected"; readonly hook: "connect"; readonly early: boolean; readonly load?: Load }
  | { readonly kind: "fact"; readonly hook: "reset_transaction" | "disconnect" }
  | { readonly kind: "credentials"; readonly hook: "auth"; readonly credentials: Credentials }
  | {
    readonly kind: "headers";
    readonly hook: "data_headers_end";
    readonly headers: readonly HeaderField[];
  }
  | {
    readonly kind: "message";
    readonly hook: "data_post" | "queue";
    readonly headers: readonly HeaderField[];
    readonly content: Content;
    /** The places that its recipients had when all were accepted, if some have been refused since. */
    readonly places?: readonly number[];
  };

/** What of its standing counts for what is asked. */
export type Seen = Pick<Standing, "marks" | "score">;

/** Whom a subject is about: the recipient of RCPT, or all of the transaction. */
export function concerned({ transaction }: Session, subject: Subject): About {
  const { hook } = subject;
  const accepted = transaction?.forwardPaths ?? [];
  if (subject.kind === "question" && subject.command.verb === "RCPT") {
    return { hook, recipients: [subject.command.forwardPath], places: [accepted.length] };
  }
  if (subject.kind === "message") {
    return { hook, recipients: accepted, places: subject.places ?? accepted.map(indexOf) };
  }
  return { hook, recipients: accepted, places: accepted.map(indexOf) };
}

function indexOf(_: Mailbox, index: number): number {
  return index;
}

/** What an exchange of AUTH has come to know. */
export type Credentials = Omit<AuthEvent, keyof AskedEvent>;

/** The event for one subject. It shares nothing that can change with the session. */
export function project(
  session: Session,
  serverName: string,
  subject: Subject,
  moment: Moment,
  standing: Seen = newcomer,
): Event {
  const asked = projectSession(session, serverName, moment, standing);
  switch (subject.kind) {
    case "fact":
      return asked;
    case "connected":
      return { ...asked, early: subject.early, ...(subject.load === undefined ? {} : { load: subject.load }) };
    case "credentials":
      return { ...asked, ...subject.credentials };
    case "headers":
      return { ...asked, ...projectEnvelope(session), headers: subject.headers };
    case "message":
      return { ...asked, ...projectEnvelope(session), headers: subject.headers, size: subject.content.size };
    case "question":
      return { ...asked, ...projectCommand(session, subject) } as Event;
  }
}

function projectSession(session: Session, serverName: string, moment: Moment, standing: Seen): AskedEvent {
  const { id, client, server, clientName, proxy, forwarded, hello, tls, user } = session;
  const { marks, score } = standing;
  // Put in one by one: spreading what may be absent costs half a microsecond more, at every question.
  const told: Writable<AskedEvent["session"]> = { id, client, server: { ...server, name: serverName } };
  if (clientName !== undefined) told.clientName = clientName;
  if (proxy !== undefined) told.proxy = proxy;
  if (forwarded !== undefined) told.forwarded = forwarded;
  if (hello !== undefined) told.hello = hello;
  if (tls !== undefined) told.tls = tls;
  if (user !== undefined) told.user = user;
  if (marks.length > 0) told.marks = marks;
  if (score !== 0) told.score = score;
  return { time: moment.time, seed: moment.seed, session: told };
}

function projectCommand(session: Session, { command, early }: Question): object {
  switch (command.verb) {
    case "EHLO":
    case "HELO":
    case "LHLO":
      return { name: command.name };
    case "MAIL":
      return { reversePath: command.reversePath, parameters: command.parameters };
    case "RCPT":
      return {
        ...projectTransaction(session),
        forwardPath: command.forwardPath,
        parameters: command.parameters,
      };
    case "DATA":
    case "BDAT":
      // BDAT has no reply to wait for: RFC 3030 §2 has the octets follow at once.
      return { ...projectEnvelope(session), early: command.verb === "DATA" && early };
    case "NOOP":
    case "HELP":
    case "VRFY":
      return { argument: command.argument };
    case "unrecognized":
      return { verb: command.word, argument: command.argument };
    default:
      return {};
  }
}

/** Without the forward-paths: at the thousandth RCPT they would make the event a thousand mailboxes long. */
function projectTransaction({ transaction }: Session): {
  readonly transaction: { readonly id: string; readonly reversePath: Mailbox | null; readonly recipientCount: number };
} {
  return {
    transaction: {
      id: transaction?.id ?? "",
      reversePath: transaction?.reversePath ?? null,
      recipientCount: transaction?.forwardPaths.length ?? 0,
    },
  };
}

function projectEnvelope(session: Session): ReturnType<typeof projectTransaction> & {
  readonly forwardPaths: readonly Mailbox[];
} {
  return { ...projectTransaction(session), forwardPaths: session.transaction?.forwardPaths.map(mailboxOf) ?? [] };
}

/** What RCPT said beside the mailbox was told at `rcpt`, to those who may see parameters. */
function mailboxOf({ localPart, domain }: Mailbox): Mailbox {
  return { localPart, domain };
}
