// The whole conversation with one client: hears a line, has it decided, answers, until one side closes.

import { sessionLeft } from "../limits/pace.ts";
import { check } from "../smtp/check.ts";
import { isOverlong, parseCommand } from "../smtp/command.ts";
import { greet, proceed } from "../smtp/proceed.ts";
import { refuseLine } from "../smtp/refuse.ts";
import * as replies from "../smtp/replies.ts";
import type { Session } from "../smtp/session.ts";
import { type Outcome, outcome, type Question, type Step } from "../smtp/step.ts";
import type { SessionWatch } from "../watch/watch.ts";
import { authenticate } from "./authenticate.ts";
import { goodbye } from "./goodbye.ts";
import { receiveChunk } from "./receive_chunk.ts";
import { receiveMessage } from "./receive_message.ts";
import { secure } from "./secure.ts";
import type { Talk, Turn } from "./talk.ts";
import { tell } from "./tell.ts";
import type { Heard } from "./wire.ts";
import { shownLine } from "./withhold_secrets.ts";

/** Talks until the connection is over, and gives the session as it was then. */
export async function converse(talk: Talk, begun: Session): Promise<Session> {
  const { questions, trail } = talk;
  let before = begun;
  let turn: Turn = await introduce(talk, begun);
  while (turn.kind === "outcome") {
    tell(talk, before, turn);
    if (turn.next === "close") break;
    before = turn.session;
    turn = await next(talk, turn);
    if (turn.session.transaction !== undefined && before.transaction === undefined) talk.mailAt = Date.now();
    if (before.transaction && before.transaction.id !== turn.session.transaction?.id) {
      await endTransaction(talk, before);
    }
  }
  await dropPieces(talk);
  trail.end(turn.session, turn.kind === "gone");
  questions.tell(turn.session, "disconnect");
  return turn.session;
}

/** The greeting, after a pause in which only those talk who do not wait for it. */
async function introduce({ wire, desk, questions }: Talk, session: Session): Promise<Outcome> {
  const early = await wire.speaksWithin(desk.timeouts.greetingDelay);
  const load = questions.wants("connect") ? desk.load?.() : undefined;
  const arrived = { kind: "connected", hook: "connect", early, ...(load === undefined ? {} : { load }) } as const;
  const { decision } = await questions.ask(session, arrived);
  return greet(session, decision, desk.offer);
}

async function next(talk: Talk, { session, next }: Outcome): Promise<Turn> {
  if (next === "message") return await receiveMessage(talk, session);
  const ready = next === "secure" ? await secure(talk, session) : session;
  if (ready === undefined) return { kind: "gone", session };
  return await answer(talk, ready, await hear(talk, ready));
}

/** A transaction under way may end after the session's time: it has that of one message more. */
async function hear({ wire, desk: { timeouts }, began }: Talk, { transaction }: Session): Promise<Heard> {
  const within = transaction === undefined ? timeouts.session : timeouts.session + timeouts.message;
  const left = sessionLeft(began, performance.now(), within);
  return await wire.hear(Math.max(0, Math.min(timeouts.command, left)), transaction === undefined);
}

async function answer(talk: Talk, session: Session, heard: Heard): Promise<Turn> {
  const { offer } = talk.desk;
  if (talk.watch !== undefined) show(talk, talk.watch, heard);
  switch (heard.kind) {
    case "line":
      if (isOverlong(heard.text)) return refuseLine(session, { kind: "tooLong" }, offer);
      return await settle(talk, check(session, parseCommand(heard.text), offer, talk.wire.early > 0));
    case "gone":
      return { kind: "gone", session };
    case "timedOut":
      return outcome(session, lateReply(talk), "close");
    case "interrupted":
      return outcome(session, goodbye(talk), "close");
    default:
      return refuseLine(session, heard, offer);
  }
}

/** What a client says while it looks for its place in AUTH is its secret. */
function show(talk: Talk, watch: SessionWatch, heard: Heard): void {
  if (heard.kind !== "line") return isBroken(heard) ? watch.heard(`(${heard.kind})`) : undefined;
  if (/^AUTH/i.test(heard.text)) talk.authTried = true;
  watch.heard(shownLine(heard.text, talk.authTried === true));
}

function isBroken({ kind }: Heard): boolean {
  return kind !== "gone" && kind !== "timedOut" && kind !== "interrupted";
}

function lateReply({ desk: { offer, timeouts }, began }: Talk): Outcome["reply"] {
  const over = sessionLeft(began, performance.now(), timeouts.session) <= 0;
  return (over ? replies.sessionTooLong : replies.timedOut)(offer.hostname);
}

async function settle(talk: Talk, step: Step): Promise<Turn> {
  switch (step.kind) {
    case "outcome":
      return step;
    case "question": {
      const question = await watched(talk, step);
      const { decision } = await talk.questions.ask(question.session, question);
      return await settle(talk, proceed(question, decision, talk.desk.offer));
    }
    case "chunk":
      return await receiveChunk(talk, step);
    case "exchange":
      return await authenticate(talk, step);
    case "introduction":
      return await introduce(talk, step.session);
  }
}

/** Between DATA and 354 only those talk who do not wait for it. */
async function watched({ wire, desk: { timeouts } }: Talk, question: Question): Promise<Question> {
  if (question.command.verb !== "DATA" || question.early) return question;
  return { ...question, early: await wire.speaksWithin(timeouts.dataDelay) };
}

async function endTransaction(talk: Talk, before: Session): Promise<void> {
  await dropPieces(talk);
  talk.questions.endTransaction(before);
}

async function dropPieces(talk: Talk): Promise<void> {
  await talk.pieces?.reception.discard();
  talk.pieces = undefined;
}
