// What a decision of the plugins does to a session, hook by hook.

import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { parseCommand } from "./command.ts";
import { type Decision, passed } from "./decision.ts";
import { check } from "./check.ts";
import { endMessage } from "./end_message.ts";
import type { Offer } from "./extensions.ts";
import { greet } from "./proceed.ts";
import { refuseLine } from "./refuse.ts";
import { type Session, startSession } from "./session.ts";
import type { Outcome } from "./step.ts";
import { testOffer } from "../../test/support/offers.ts";
import { outcomeOf } from "../../test/support/steps.ts";

const offer: Offer = {
  ...testOffer,
  maxMessageSize: 1000,
  maxRecipients: 2,
  maxRefusals: 10,
};
const fresh = startSession({
  id: "s",
  client: { address: "192.0.2.1", port: 1234 },
  server: { address: "192.0.2.2", port: 25 },
});

const accept: Decision = { verdict: "accept", text: [], disconnect: false };
const reject: Decision = { verdict: "reject", text: ["No"], disconnect: false };
const defer: Decision = { verdict: "defer", text: ["Later"], disconnect: false };
const decisions = {
  pass: passed,
  accept,
  reject,
  defer,
  "reject+disconnect": { ...reject, disconnect: true },
  "defer+disconnect": { ...defer, disconnect: true },
} as const;
type DecisionName = keyof typeof decisions;

function say(session: Session, line: string, decision: Decision = passed, terms: Offer = offer): Outcome {
  const step = check(session, parseCommand(line), terms);
  return outcomeOf(step, decision, terms);
}

function after(...lines: readonly string[]): Session {
  let session = fresh;
  for (const line of lines) session = say(session, line, accept).session;
  return session;
}

const ehlo = "EHLO client.test";
const mail = "MAIL FROM:<a@b.test>";
const rcpt = "RCPT TO:<c@d.test>";
const dataTime = after(ehlo, mail, rcpt);

/** The result of each decision: code, status or "-", what is next. */
type Results = { readonly [D in DecisionName]: string };

const table: readonly (readonly [line: string, before: Session, results: Results])[] = [
  ["HELO c.test", fresh, {
    pass: "250 - command",
    accept: "250 - command",
    reject: "550 - command",
    defer: "450 - command",
    "reject+disconnect": "550 - close",
    "defer+disconnect": "421 - close",
  }],
  [ehlo, fresh, {
    pass: "250 - command",
    accept: "250 - command",
    reject: "550 - command",
    defer: "450 - command",
    "reject+disconnect": "550 - close",
    "defer+disconnect": "421 - close",
  }],
  [mail, after(ehlo), {
    pass: "250 2.1.0 command",
    accept: "250 2.1.0 command",
    reject: "550 5.7.1 command",
    defer: "450 4.7.1 command",
    "reject+disconnect": "550 5.7.1 close",
    "defer+disconnect": "421 4.7.0 close",
  }],
  [rcpt, after(ehlo, mail), {
    pass: "550 5.7.1 command",
    accept: "250 2.1.5 command",
    reject: "550 5.7.1 command",
    defer: "450 4.7.1 command",
    "reject+disconnect": "550 5.7.1 close",
    "defer+disconnect": "421 4.7.0 close",
  }],
  ["DATA", dataTime, {
    pass: "354 - message",
    accept: "354 - message",
    reject: "554 5.7.1 command",
    defer: "451 4.7.1 command",
    "reject+disconnect": "554 5.7.1 close",
    "defer+disconnect": "421 4.7.0 close",
  }],
  ["VRFY c", fresh, {
    pass: "252 2.5.0 command",
    accept: "250 2.1.5 command",
    reject: "550 5.7.1 command",
    defer: "450 4.7.1 command",
    "reject+disconnect": "550 5.7.1 close",
    "defer+disconnect": "421 4.7.0 close",
  }],
  ["NOOP", fresh, {
    pass: "250 2.0.0 command",
    accept: "250 2.0.0 command",
    reject: "500 5.7.1 command",
    defer: "450 4.7.1 command",
    "reject+disconnect": "500 5.7.1 close",
    "defer+disconnect": "421 4.7.0 close",
  }],
  ["HELP", fresh, {
    pass: "214 2.0.0 command",
    accept: "214 2.0.0 command",
    reject: "502 5.5.1 command",
    defer: "450 4.7.1 command",
    "reject+disconnect": "502 5.5.1 close",
    "defer+disconnect": "421 4.7.0 close",
  }],
  ["XYZZY", fresh, {
    pass: "500 5.5.1 command",
    accept: "250 2.0.0 command",
    reject: "500 5.5.1 command",
    defer: "450 4.7.1 command",
    "reject+disconnect": "500 5.5.1 close",
    "defer+disconnect": "421 4.7.0 close",
  }],
  ["QUIT", fresh, {
    pass: "221 2.0.0 close",
    accept: "221 2.0.0 close",
    reject: "221 2.0.0 close",
    defer: "221 2.0.0 close",
    "reject+disconnect": "221 2.0.0 close",
    "defer+disconnect": "221 2.0.0 close",
  }],
];

function summary({ reply, next }: Outcome): string {
  return `${reply.code} ${reply.status ?? "-"} ${next}`;
}

for (const [line, before, results] of table) {
  for (const name of Object.keys(decisions) as DecisionName[]) {
    test(`${line}, ${name}: ${results[name]}`, () => {
      const outcome = say(before, line, decisions[name]);
      equal(summary(outcome), results[name]);
      equal(outcome.session.refusals, before.refusals + (outcome.reply.code >= 400 ? 1 : 0));
      // A refused command leaves the session as it was (RFC 5321 §4.1.4), its count and a refused DATA aside.
      if (outcome.reply.code < 400 || line === "DATA" || line === rcpt) return;
      deepEqual({ ...outcome.session, refusals: before.refusals, commands: before.commands }, before);
    });
  }
}

test("connect: 220, or 554 and 421 which close", () => {
  equal(summary(greet(fresh, passed, offer)), "220 - command");
  deepEqual(greet(fresh, passed, offer).reply.lines, ["mx.test ESMTP qpsmtpd/test ready"]);
  deepEqual(greet(fresh, { ...accept, text: ["hi", "there"] }, offer).reply.lines, ["mx.test ESMTP hi", "there"]);
  for (const disconnect of [false, true]) {
    equal(summary(greet(fresh, { ...reject, disconnect }, offer)), "554 - close");
    equal(summary(greet(fresh, { ...defer, disconnect }, offer)), "421 - close");
  }
});

test("an accepted MAIL and RCPT make the envelope", () => {
  const { transaction } = say(after(ehlo), `${mail} SIZE=9`).session;
  const begun = { id: "s.1", reversePath: { localPart: "a", domain: "b.test" }, refusedRecipients: 0 };
  deepEqual(transaction, { ...begun, forwardPaths: [], parameters: { SIZE: "9" } });
  const taken = say(dataTime, "RCPT TO:<e@f.test>", accept).session.transaction;
  deepEqual(taken?.forwardPaths, [{ localPart: "c", domain: "d.test" }, { localPart: "e", domain: "f.test" }]);
});

test("relaying is denied unless a plugin accepts the recipient", () => {
  const { session, reply } = say(after(ehlo, mail), rcpt, passed);
  deepEqual(reply.lines, ["Relaying denied"]);
  deepEqual(session.transaction?.forwardPaths, []);
  equal(session.transaction?.refusedRecipients, 1);
});

test("every transaction of a session has its own id", () => {
  const again = after(ehlo, mail, rcpt, "RSET", mail);
  equal(again.transaction?.id, "s.2");
  equal(say(endMessage(again, { kind: "accepted" }, offer).session, mail).session.transaction?.id, "s.3");
});

test("a refused DATA ends the transaction, RSET and a new hello too, a refused hello does not", () => {
  equal(say(dataTime, "DATA", reject).session.transaction, undefined);
  equal(say(dataTime, "DATA", defer).session.transaction, undefined);
  equal(say(dataTime, "RSET").session.transaction, undefined);
  equal(say(dataTime, ehlo).session.transaction, undefined);
  deepEqual(say(dataTime, "HELO other.test").session.hello, { verb: "HELO", name: "other.test" });
  notEqual(say(dataTime, ehlo, reject).session.transaction, undefined);
});

test("the decision's own code, status and lines are used, unless their class contradicts the verdict", () => {
  const rows: readonly (readonly [Partial<Decision>, string])[] = [
    [{ code: 554, status: "5.1.1" }, "554 5.1.1 command"],
    [{ code: 552 }, "552 5.7.1 command"],
    [{ status: "5.1.1" }, "550 5.1.1 command"],
    [{ code: 450, status: "4.1.1" }, "550 5.7.1 command"],
    [{ code: 250, status: "2.0.0" }, "550 5.7.1 command"],
    [{ code: 599.5, status: "5.1.1\r\n" }, "550 5.7.1 command"],
    [{ code: 999 }, "550 5.7.1 command"],
    [{ verdict: "defer", code: 451, status: "4.2.2" }, "451 4.2.2 command"],
    [{ verdict: "defer", code: 421 }, "421 4.7.1 close"],
    [{ verdict: "defer", code: 451, disconnect: true }, "451 4.7.0 close"],
  ];
  for (const [own, result] of rows) {
    const outcome = say(after(ehlo), mail, { ...reject, text: ["one", "two"], ...own });
    equal(summary(outcome), result);
    deepEqual(outcome.reply.lines, ["one", "two"]);
  }
});

test("plugins can word what is accepted, and HELP and QUIT", () => {
  const worded: Decision = { ...accept, text: ["one", "two"] };
  const rows = [[after(ehlo), mail], [after(ehlo, mail), rcpt], [fresh, "HELP"], [fresh, "QUIT"]] as const;
  for (const [session, line] of rows) deepEqual(say(session, line, worded).reply.lines, ["one", "two"]);
});

const objections: readonly (readonly [title: string, session: Session, line: string, result: string])[] = [
  ["SIZE over the limit", after(ehlo), `${mail} SIZE=1001`, "552 5.3.4 command"],
  ["SIZE far over the limit", after(ehlo), `${mail} SIZE=99999999999999999999`, "552 5.3.4 command"],
  ["SIZE at the limit", after(ehlo), `${mail} SIZE=1000`, "250 2.1.0 command"],
  ["parameters after HELO", after("HELO c.test"), `${mail} SIZE=1`, "555 5.5.4 command"],
  ["nor of RCPT after HELO", after("HELO c.test", mail), `${rcpt} NOTIFY=NEVER`, "555 5.5.4 command"],
  ["no parameters after HELO", after("HELO c.test"), mail, "250 2.1.0 command"],
  ["a reverse-path that needs SMTPUTF8", after(ehlo), "MAIL FROM:<\u00e9@b.test>", "550 5.6.7 command"],
  ["and has it", after(ehlo), "MAIL FROM:<\u00e9@b.test> SMTPUTF8", "250 2.1.0 command"],
  ["a forward-path that needs SMTPUTF8", after(ehlo, mail), "RCPT TO:<\u00e9@b.test>", "553 5.6.7 command"],
  ["a malformed command keeps its reply", after(ehlo), "MAIL FROM:<x>", "501 5.1.7 command"],
  ["one recipient too many", after(ehlo, mail, rcpt, rcpt), rcpt, "452 4.5.3 command"],
];

for (const [title, session, line, result] of objections) {
  test(`${title}: ${result}`, () => equal(summary(say(session, line)), result));
}

test("no limit of size: any declared size is taken", () => {
  equal(say(after(ehlo), `${mail} SIZE=99999999999999999999`, passed, { ...offer, maxMessageSize: 0 }).reply.code, 250);
});

test("the refusal that reaches the limit is answered 421 and closes", () => {
  let session = after(ehlo);
  for (let n = 1; n < offer.maxRefusals; n++) {
    const outcome = say(session, n % 2 === 0 ? "nonsense" : "DATA");
    equal(outcome.next, "command");
    session = outcome.session;
  }
  equal(say(session, "NOOP").reply.code, 250);
  for (const line of ["nonsense", "DATA", "MAIL FROM:x"]) equal(summary(say(session, line)), "421 4.7.0 close");
  equal(summary(say(session, mail, reject)), "421 4.7.0 close");
  equal(summary(say(session, mail, { ...reject, disconnect: true })), "550 5.7.1 close");
  equal(summary(refuseLine(session, { kind: "nul" }, offer)), "421 4.7.0 close");
  equal(summary(endMessage(session, { kind: "tooLarge" }, offer)), "552 5.3.4 close");
  equal(summary(endMessage(session, { kind: "accepted" }, offer)), "250 2.0.0 command");
});

test("a line that is no command is answered once; a bare CR or LF closes", () => {
  equal(summary(refuseLine(fresh, { kind: "tooLong" }, offer)), "500 5.5.2 command");
  equal(summary(refuseLine(fresh, { kind: "nul" }, offer)), "500 5.5.2 command");
  equal(summary(refuseLine(fresh, { kind: "notUtf8" }, offer)), "500 5.5.2 command");
  equal(summary(refuseLine(fresh, { kind: "bareCrLf" }, offer)), "500 5.5.2 close");
  equal(refuseLine(fresh, { kind: "bareCrLf" }, offer).session.refusals, 1);
});
