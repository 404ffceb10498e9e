// Random sessions: no mail without hello, MAIL and RCPT, nothing survives what must end it, refusals are counted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Dice } from "../support/random_module.ts";
import { written } from "../support/transcript_octets.ts";
import { Oracle } from "./oracle.ts";
import { randomLine } from "./random_line.ts";
import { RandomSession } from "./random_session.ts";

const sessionCount = 2000;
const seed = 7;

test(`${sessionCount} random sessions, seed ${seed}: an oracle that sees replies alone is never surprised`, () => {
  const dice = new Dice(seed);
  const ids = new Set<string>();
  let messages = 0;
  for (let n = 0; n < sessionCount; n++) {
    const talk = new RandomSession(dice);
    const oracle = new Oracle(talk.offer, ids);
    if (talk.greet().next === "close") continue;
    converse(talk, oracle, dice);
    messages += oracle.messages;
  }
  assert.ok(messages > sessionCount / 4, `the sessions got to ${messages} messages only`);
});

/** The whole dialogue is in the error, so that it can be repeated. */
function converse(talk: RandomSession, oracle: Oracle, dice: Dice): void {
  const said: string[] = [];
  for (;;) {
    // What is no line at all is the business of command_lines_test.ts.
    const wild = Buffer.from(randomLine(dice), "latin1").toString("utf8").replace(/[\r\n\0]/g, "");
    const text = dice.roll(2) === 0 ? wild : talk.sensibleLine();
    const before = talk.session;
    const outcome = talk.hear({ kind: "line", text });
    said.push(`C: ${written(text)}\nS: ${outcome.reply.code} ${outcome.reply.lines[0]?.slice(0, 60)}`);
    try {
      oracle.judge(text, outcome, before, talk.session, talk.decision);
      if (outcome.next === "message") hearMessage(talk, oracle, said);
    } catch (error) {
      const offer = JSON.stringify({ ...talk.offer, extensions: [...talk.offer.extensions] });
      throw new Error(`${error instanceof Error ? error.message : error}\n${offer}\n${said.join("\n").slice(-3000)}`);
    }
    if (outcome.next === "close") return;
  }
}

function hearMessage(talk: RandomSession, oracle: Oracle, said: string[]): void {
  const before = talk.session;
  const outcome = talk.endMessage();
  said.push(`C: .\nS: ${outcome.reply.code} ${outcome.reply.lines[0]}`);
  oracle.judgeMessage(outcome, before, talk.session);
}
