// The order of commands, printed whole and compared: RFC 5321 §4.1.4.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { parseCommand } from "./command.ts";
import { type Decision, passed } from "./decision.ts";
import { check } from "./check.ts";
import type { Offer } from "./extensions.ts";
import { secured, type Session, startSession } from "./session.ts";
import type { Step } from "./step.ts";
import { tookChunk } from "./end_message.ts";
import { testOffer } from "../../test/support/offers.ts";
import { outcomeOf } from "../../test/support/steps.ts";

const offer: Offer = {
  ...testOffer,
  maxMessageSize: 0,
  maxRecipients: 100,
  maxRefusals: 100,
  tls: "offered",
  mechanisms: ["PLAIN"],
};
const accepted: Decision = { verdict: "accept", text: [], disconnect: false };

function after(dialog: readonly (readonly [line: string, decision: Decision])[]): Session {
  const endpoint = { address: "192.0.2.1", port: 1 };
  let session = startSession({ id: "s", client: endpoint, server: endpoint });
  for (const [line, decision] of dialog) {
    const step = check(session, parseCommand(line), offer);
    session = outcomeOf(step, decision, offer).session;
  }
  return session;
}

const ehlo = ["EHLO client.test", passed] as const;
const mail = ["MAIL FROM:<a@b.test>", passed] as const;
const refusedRcpt = ["RCPT TO:<c@d.test>", passed] as const;
const rcpt = ["RCPT TO:<c@d.test>", accepted] as const;

const tls = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" };

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
  ["TLS", secured(after([ehlo]), tls, true)],
  ["TLS, greeted", { ...after([ehlo]), tls }],
  ["TLS, authenticated", { ...after([ehlo]), tls, user: "somebody" }],
  ["BDAT under way", tookChunk(after([ehlo, mail, rcpt]), 1).session],
];

const commands = [
  "EHLO client.test",
  "HELO client.test",
  "LHLO client.test",
  "STARTTLS",
  "AUTH PLAIN",
  "MAIL FROM:<a@b.test>",
  "RCPT TO:<c@d.test>",
  "DATA",
  "BDAT 1 LAST",
  "RSET",
  "NOOP",
  "HELP",
  "VRFY c",
  "XCLIENT NAME=c",
  "QUIT",
  "XYZZY",
];

const expected = `
state                | EHLO HELO LHLO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP HELP VRFY XCLIENT QUIT XYZZY
connected            | ehlo helo 502  220  503  503  503  503  503  250  noop help vrfy 502  quit unre
greeted              | ehlo helo 502  220  538  mail 503  503  503  250  noop help vrfy 502  quit unre
mail                 | ehlo helo 502  503  503  503  rcpt 503  503  250  noop help vrfy 502  quit unre
mail, rcpt refused   | ehlo helo 502  503  503  503  rcpt 554  554  250  noop help vrfy 502  quit unre
mail, rcpt malformed | ehlo helo 502  503  503  503  rcpt 554  554  250  noop help vrfy 502  quit unre
rcpt                 | ehlo helo 502  503  503  503  rcpt data data 250  noop help vrfy 502  quit unre
rcpt, then refused   | ehlo helo 502  503  503  503  rcpt data data 250  noop help vrfy 502  quit unre
after RSET           | ehlo helo 502  220  538  mail 503  503  503  250  noop help vrfy 502  quit unre
after EHLO again     | ehlo helo 502  220  538  mail 503  503  503  250  noop help vrfy 502  quit unre
HELO                 | ehlo helo 502  220  503  mail 503  503  503  250  noop help vrfy 502  quit unre
TLS                  | ehlo helo 502  503  503  503  503  503  503  250  noop help vrfy 502  quit unre
TLS, greeted         | ehlo helo 502  503  exch mail 503  503  503  250  noop help vrfy 502  quit unre
TLS, authenticated   | ehlo helo 502  503  503  mail 503  503  503  250  noop help vrfy 502  quit unre
BDAT under way       | ehlo helo 502  503  503  503  503  503  take 250  noop help vrfy 502  quit unre
`;

test("in every state every verb is answered, or asks its hook", () => {
  const verbs = commands.map((line) => line.split(" ", 1).join(""));
  const rows = [`${"state".padEnd(20)} | ${verbs.join(" ")}`];
  for (const [name, session] of states) {
    const cells = commands.map((line) => {
      const step = check(session, parseCommand(line), offer);
      return cell(step).slice(0, 4).padEnd(4);
    });
    rows.push(`${name.padEnd(20)} | ${cells.join(" ")}`);
  }
  equal(`\n${rows.join("\n")}\n`, expected);
});

function cell(step: Step): string {
  if (step.kind === "question") return step.hook;
  if (step.kind === "outcome") return String(step.reply.code);
  if (step.kind === "chunk") return step.refusal === undefined ? "take" : String(step.refusal.reply.code);
  return step.kind === "exchange" ? "exch" : "intr";
}

test("what comes early behind these is refused with the connection, unless the client is authenticated", () => {
  const early = (line: string, session: Session, terms: Offer): Step => check(session, parseCommand(line), terms, true);
  const greeted = after([ehlo]);
  const closed = commands.filter((line) => {
    const step = early(line, greeted, offer);
    return step.kind === "outcome" && step.reply.code === 554 && step.next === "close";
  });
  equal(closed.map((line) => line.split(" ", 1).join("")).join(" "), "EHLO HELO LHLO AUTH DATA XCLIENT");
  equal(early("EHLO client.test", { ...greeted, user: "somebody" }, offer).kind, "question");
  equal(early("EHLO client.test", greeted, { ...offer, pipelining: "allow" }).kind, "question");
});

test("a command at the wrong time is told so before its arguments are looked at", () => {
  const [, session] = states[0] ?? [];
  for (const line of ["MAIL FROM:nobody", "RCPT TO:<>", "DATA x"]) {
    const step = session === undefined ? undefined : check(session, parseCommand(line), offer);
    equal(step?.kind === "outcome" ? step.reply.code : undefined, 503);
  }
});
