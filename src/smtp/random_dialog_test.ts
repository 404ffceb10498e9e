// Whatever a client sends and plugins decide: no exception, one reply to a line, and a session that makes sense.

import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { parseCommand } from "./command.ts";
import type { Decision } from "./decision.ts";
import { formatReply } from "./reply.ts";
import { check } from "./check.ts";
import { endMessage } from "./end_message.ts";
import type { Offer } from "./extensions.ts";
import { type Session, startSession } from "./session.ts";
import type { Outcome } from "./step.ts";
import { testOffer } from "../../test/support/offers.ts";
import { outcomeOf } from "../../test/support/steps.ts";

const offer: Offer = {
  ...testOffer,
  maxMessageSize: 1000,
  maxRecipients: 3,
  maxRefusals: 40,
};

const starts = [
  "EHLO ",
  "HELO x",
  "MAIL FROM:",
  "RCPT TO:",
  "DATA",
  "RSET",
  "NOOP ",
  "HELP",
  "VRFY ",
  "QUIT",
  "",
  "\0",
];
const words = [
  "<a@b.test>",
  "<>",
  "<",
  ">",
  "@",
  '"',
  "\\",
  " SIZE=1",
  " SMTPUTF8",
  " X",
  "=",
  "\u00e9",
  "\x1b",
  "\u{1f600}",
];
const verdicts = ["pass", "accept", "accept", "reject", "defer"] as const;

let state = 42;
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 2 ** 32 * below);
}

function pick<T>(choices: readonly T[]): T {
  const choice = choices[random(choices.length)];
  if (choice === undefined) throw new RangeError("Cannot pick from nothing");
  return choice;
}

const valid = ["EHLO c.test", "MAIL FROM:<a@b.test>", "RCPT TO:<c@d.test>", "RCPT TO:<c@d.test>", "DATA"];

function randomLine(): string {
  if (random(3) > 0) return pick(valid);
  let line = pick(starts);
  for (let n = random(4); n > 0; n--) line += random(3) > 0 ? pick(words) : String.fromCharCode(random(0x250));
  return line;
}

function randomDecision(): Decision {
  const text = random(2) === 0 ? [] : [`a\r\n${randomLine()}`];
  return {
    verdict: pick(verdicts),
    text,
    code: random(700),
    status: `${random(7)}.1.${random(3)}`,
    disconnect: random(40) === 0,
  };
}

function answer(session: Session, line: string): Outcome {
  const step = check(session, parseCommand(line), offer);
  return outcomeOf(step, randomDecision(), offer);
}

function fresh(): Session {
  const endpoint = { address: "192.0.2.1", port: 1 };
  return startSession({ id: "s", client: endpoint, server: endpoint });
}

test("20,000 random lines: one well-formed reply each", () => {
  let session = fresh();
  let messages = 0;
  for (let n = 0; n < 20_000; n++) {
    const outcome = answer(session, randomLine());
    const { code, status } = outcome.reply;
    const wire = formatReply(outcome.reply);
    ok(new RegExp(`^(?:${code}-[ -~]*\r\n)*${code} [ -~]*\r\n$`).test(wire), wire);
    ok(status === undefined || status[0] === String(code)[0], `${code} ${status}`);
    session = outcome.session;
    ok((session.transaction?.forwardPaths.length ?? 0) <= offer.maxRecipients);
    ok(session.transaction === undefined || session.hello !== undefined);
    if (outcome.next === "message") {
      messages++;
      equal(code, 354);
      session = endMessage(session, { kind: "accepted" }, offer).session;
    } else if (outcome.next === "close") session = fresh();
  }
  ok(messages > 100, `the dialogs must reach DATA now and then: ${messages}`);
});
