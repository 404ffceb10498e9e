// MAIL as clients write it: what it is answered, and how its reverse-path is written from then on.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { check } from "./check.ts";
import { parseCommand } from "./command.ts";
import { passed } from "./decision.ts";
import { formatMailbox } from "./path.ts";
import { type Session, startSession } from "./session.ts";
import { testOffer } from "../../test/support/offers.ts";
import { outcomeOf } from "../../test/support/steps.ts";

const endpoint = { address: "127.0.0.1", port: 1 };

function say(session: Session, line: string): ReturnType<typeof outcomeOf> {
  return outcomeOf(check(session, parseCommand(line), testOffer), passed, testOffer);
}

const greeted = say(startSession({ id: "s", client: endpoint, server: endpoint }), "EHLO localhost").session;

const noPath = "501 5.1.7";
const blank = '"foo bar"@example.com';
const twoAts = '"musa_ibrah@caramail.comandrea.luger"@wifo.ac.at';

/** Without `path` there is no transaction afterwards. */
const rows: readonly (readonly [rest: string, reply: string, path?: string])[] = [
  ["<ask@perl.org>", "250 2.1.0", "<ask@perl.org>"],
  ["<ask@perl.org> SIZE=1230", "250 2.1.0", "<ask@perl.org>"],
  ["<ask@p.qpsmtpd-test.askask.com>", "250 2.1.0", "<ask@p.qpsmtpd-test.askask.com>"],
  ["<ask@p.qpsmtpd-test.askask.com> SIZE=1230", "250 2.1.0", "<ask@p.qpsmtpd-test.askask.com>"],
  ["<ask@p.qpsmtpd-test.askask.com> SIZE=1230 CORRECT-WITHOUT-ARG", "555 5.5.4"],
  ["<ask@[1.2.3.4]>", "250 2.1.0", "<ask@[1.2.3.4]>"],
  ["<>", "250 2.1.0", "<>"],
  ["", noPath],
  ["ask@perl.org", noPath],
  ["ask@[1.2.3.4]", noPath],
  ["sample@path", noPath],
  ["<ask @perl.org>", noPath],
  ["<foo bar@example.com>", noPath],
  [`<${blank}>`, "250 2.1.0", `<${blank}>`],
  ['<"foo\\ bar"@example.com>', "250 2.1.0", `<${blank}>`],
  [`<${twoAts}>`, "250 2.1.0", `<${twoAts}>`],
  ['<"plain"@example.com>', "250 2.1.0", "<plain@example.com>"],
  ["<user@example.com#>", noPath],
  ["<postmaster>", noPath],
  ["<postmaster@test>", "250 2.1.0", "<postmaster@test>"],
  // RFC 5321 §4.1.1.3: source routes are stripped.
  ["<@a:postmaster@test>", "250 2.1.0", "<postmaster@test>"],
  ["<@192.168.1.1>", noPath],
  ["<@example.com>", noPath],
  ["<matt@>", noPath],
  ["<postm\u00e1ster@test>", "550 5.6.7"],
  ["<postm\u00e1ster@test> SMTPUTF8", "250 2.1.0", "<postm\u00e1ster@test>"],
];

for (const [rest, answered, path] of rows) {
  test(`MAIL FROM:${rest} is answered ${answered}${path === undefined ? "" : `, and is ${path}`}`, () => {
    const { reply, session } = say(greeted, `MAIL FROM:${rest}`);
    equal(`${reply.code} ${reply.status}`, answered);
    const { transaction } = session;
    equal(transaction && `<${formatMailbox(transaction.reversePath)}>`, path);
  });
}
