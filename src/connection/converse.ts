// The whole conversation with one client: hears a line, has it decided, answers, until one side closes.

import { parseCommand } from "../smtp/command.ts";
import * as replies from "../smtp/replies.ts";
import { check, greet, type Outcome, proceed, refuseLine, type Session } from "../smtp/session.ts";
import type { Desk } from "./desk.ts";
import type { Questions } from "./questions.ts";
import { receiveMessage } from "./receive_message.ts";
import type { Heard, Wire } from "./wire.ts";

/** What one turn of the conversation came to; "gone" needs no reply, there is nobody to read it. */
export type Turn = Outcome | { readonly kind: "gone"; readonly session: Session };

/** Talks until the connection is over, and gives the session as it was then. */
export async function converse(wire: Wire, desk: Desk, questions: Questions, begun: Session): Promise<Session> {
  const { decision } = await questions.ask(begun, { kind: "fact", hook: "connect" });
  let turn: Turn = greet(begun, decision, desk.offer);
  while (turn.kind === "outcome") {
    wire.say(turn.reply);
    if (turn.next === "close") break;
    const before: Session = turn.session;
    turn = turn.next === "message"
      ? await receiveMessage(wire, desk, questions, before)
      : await answer(await wire.hear(desk.timeouts.command, !before.transaction), before, desk, questions);
    if (before.transaction && before.transaction.id !== turn.session.transaction?.id) questions.endTransaction(before);
  }
  questions.tell(turn.session, "disconnect");
  return turn.session;
}

async function answer(heard: Heard, session: Session, desk: Desk, questions: Questions): Promise<Turn> {
  switch (heard.kind) {
    case "line": {
      const step = check(session, parseCommand(heard.text), desk.offer);
      if (step.kind === "outcome") return step;
      const { decision } = await questions.ask(session, step);
      return proceed(session, step, decision, desk.offer);
    }
    case "gone":
      return { kind: "gone", session };
    case "timedOut":
      return { kind: "outcome", session, reply: replies.timedOut(desk.offer.hostname), next: "close" };
    case "interrupted":
      return { kind: "outcome", session, reply: replies.shuttingDown(desk.offer.hostname), next: "close" };
    default:
      return refuseLine(session, heard, desk.offer);
  }
}
