// The order of commands, printed whole and compared: RFC 5321 §4.1.4.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { parseCommand } from "./command.ts";
import { commandRules } from "./command_rules.ts";
import { type Decision, passed } from "./decision.ts";
import { check, type Offer, proceed, type Session, startSession } from "./session.ts";

const offer: Offer = {
  hostname: "mx.test",
  software: "qpsmtpd",
  maxMessageSize: 0,
  maxRecipients: 100,
  maxRefusals: 100,
};
const accepted: Decision = { verdict: "accept", text: [], disconnect: false };

function after(dialog: readonly (readonly [line: string, decision: Decision])[]): Session {
  const endpoint = { address: "192.0.2.1", port: 1 };
  let session = startSession({ id: "s", client: endpoint, server: endpoint });
  for (const [line, decision] of dialog) {
    const step = check(session, parseCommand(line), offer);
    session = (step.kind === "question" ? proceed(session, step, decision, offer) : step).session;
  }
  return session;
}

const ehlo = ["EHLO client.test", passed] as const;
const mail = ["MAIL FROM:<a@b.test>", passed] as const;
const refusedRcpt = ["RCPT TO:<c@d.test>", passed] as const;
const rcpt = ["RCPT TO:<c@d.test>", accepted] as const;

const states: readonly (readonly [name: string, session: Session])[] = [
  ["connected", after([])],
  ["greeted", after([ehlo])],
  ["mail", after([ehlo, mail])],
  ["mail, rcpt refused", after([ehlo, mail, refusedRcpt])],
  ["mail, rcpt malformed", after([ehlo, mail, ["RCPT TO:<c@d_e.test>", passed]])],
  ["rcpt", after([ehlo, mail, rcpt])],
  ["rcpt, then refused", after([ehlo, mail, rcpt, refusedRcpt])],
  ["after RSET", after([ehlo, mail, rcpt, ["RSET", passed]])],
  ["after EHLO again", after([ehlo, mail, rcpt, ehlo])],
  ["HELO", after([["HELO client.test", passed]])],
];

const commands = [
  "EHLO client.test",
  "HELO client.test",
  "MAIL FROM:<a@b.test>",
  "RCPT TO:<c@d.test>",
  "DATA",
  "RSET",
  "NOOP",
  "HELP",
  "VRFY c",
  "QUIT",
  "XYZZY",
];

const expected = `
state                | EHLO HELO MAIL RCPT DATA RSET NOOP HELP VRFY QUIT XYZZY
connected            | ehlo helo 503  503  503  250  noop help vrfy quit unrecognized_command
greeted              | ehlo helo mail 503  503  250  noop help vrfy quit unrecognized_command
mail                 | ehlo helo 503  rcpt 503  250  noop help vrfy quit unrecognized_command
mail, rcpt refused   | ehlo helo 503  rcpt 554  250  noop help vrfy quit unrecognized_command
mail, rcpt malformed | ehlo helo 503  rcpt 554  250  noop help vrfy quit unrecognized_command
rcpt                 | ehlo helo 503  rcpt data 250  noop help vrfy quit unrecognized_command
rcpt, then refused   | ehlo helo 503  rcpt data 250  noop help vrfy quit unrecognized_command
after RSET           | ehlo helo mail 503  503  250  noop help vrfy quit unrecognized_command
after EHLO again     | ehlo helo mail 503  503  250  noop help vrfy quit unrecognized_command
HELO                 | ehlo helo mail 503  503  250  noop help vrfy quit unrecognized_command
`;

test("in every state every verb is answered, or asks its hook", () => {
  const verbs = commands.map((line) => line.split(" ", 1).join(""));
  const rows = [`${"state".padEnd(20)} | ${verbs.join(" ")}`];
  for (const [name, session] of states) {
    const cells = commands.map((line) => {
      const step = check(session, parseCommand(line), offer);
      return (step.kind === "question" ? step.hook : String(step.reply.code)).padEnd(4);
    });
    rows.push(`${name.padEnd(20)} | ${cells.join(" ")}`);
  }
  equal(`\n${rows.join("\n")}\n`, expected);
});

test("the verbs that RFC 2920 §3.1 wants last in a group end it", () => {
  const last = Object.entries(commandRules).filter(([, rule]) => rule.endsGroup === true).map(([verb]) => verb);
  equal(last.join(" "), "EHLO HELO DATA NOOP VRFY QUIT unrecognized");
});

test("a command at the wrong time is told so before its arguments are looked at", () => {
  const [, session] = states[0] ?? [];
  for (const line of ["MAIL FROM:nobody", "RCPT TO:<>", "DATA x"]) {
    const step = session === undefined ? undefined : check(session, parseCommand(line), offer);
    equal(step?.kind === "outcome" ? step.reply.code : undefined, 503);
  }
});
