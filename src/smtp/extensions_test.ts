// What EHLO announces, and which commands there are, as tables over the offer and the session.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Certificate } from "../../sdk/contract/event.ts";
import { testOffer } from "../../test/support/offers.ts";
import { outcomeOf } from "../../test/support/steps.ts";
import { check } from "./check.ts";
import { parseCommand } from "./command.ts";
import { passed } from "./decision.ts";
import { type Extension, extensionLines, isOffered, type Offer } from "./extensions.ts";
import { type Session, startSession } from "./session.ts";

const endpoint = { address: "192.0.2.1", port: 1 };
const fresh = startSession({ id: "s", client: endpoint, server: endpoint });
const tls = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" };
const certificate: Certificate = {
  verified: true,
  subject: "CN=c",
  issuer: "CN=ca",
  fingerprint: "00",
  names: [],
  emails: [],
};
const encrypted: Session = { ...fresh, tls };
const bound: Session = { ...encrypted, bindable: true };
const known: Session = { ...fresh, tls: { ...tls, certificate } };
const unknown: Session = { ...fresh, tls: { ...tls, certificate: { ...certificate, verified: false } } };
const trusted: Session = { ...fresh, trust: { ...fresh.trust, xclient: true, xforward: true } };

const always = ["PIPELINING", "SIZE 1000000", "8BITMIME", "SMTPUTF8"];
const limits = "LIMITS RCPTMAX=10 MAILMAX=1000";

function withOn(...extensions: readonly Extension[]): Partial<Offer> {
  return { extensions: new Set(extensions) };
}

const rows: readonly (readonly [string, Partial<Offer>, Session, readonly string[]])[] = [
  ["nothing on", withOn(), fresh, [...always, limits]],
  ["CHUNKING", withOn("CHUNKING"), fresh, [...always, "CHUNKING", "BINARYMIME", limits]],
  ["DSN", withOn("DSN"), fresh, [...always, "DSN", limits]],
  ["TLS offered", { ...withOn(), tls: "offered" }, fresh, [...always, "STARTTLS", limits]],
  ["TLS required", { ...withOn(), tls: "required" }, fresh, [...always, "STARTTLS", limits]],
  ["TLS there", { ...withOn(), tls: "offered" }, encrypted, [...always, limits]],
  ["REQUIRETLS in plain", withOn("REQUIRETLS"), fresh, [...always, limits]],
  ["REQUIRETLS in TLS", withOn("REQUIRETLS"), encrypted, [...always, "REQUIRETLS", limits]],
  ["AUTH in plain", { ...withOn(), mechanisms: ["PLAIN"] }, fresh, [...always, limits]],
  ["AUTH in plain, allowed", { ...withOn(), mechanisms: ["PLAIN"], authWithoutTls: true }, fresh, [
    ...always,
    "AUTH PLAIN",
    limits,
  ]],
  ["AUTH in TLS", { ...withOn(), mechanisms: ["SCRAM-SHA-256-PLUS", "PLAIN", "EXTERNAL"] }, bound, [
    ...always,
    "AUTH SCRAM-SHA-256-PLUS PLAIN",
    limits,
  ]],
  ["AUTH in TLS without a binding", { ...withOn(), mechanisms: ["SCRAM-SHA-256-PLUS", "OAUTHBEARER"] }, encrypted, [
    ...always,
    "AUTH OAUTHBEARER",
    limits,
  ]],
  ["AUTH with a certificate", { ...withOn(), mechanisms: ["PLAIN", "EXTERNAL"] }, known, [
    ...always,
    "AUTH PLAIN EXTERNAL",
    limits,
  ]],
  ["AUTH with somebody's certificate", { ...withOn(), mechanisms: ["EXTERNAL"] }, unknown, [...always, limits]],
  ["switched on", withOn("MT-PRIORITY", "DELIVERBY", "FUTURERELEASE"), fresh, [
    ...always,
    "MT-PRIORITY",
    "DELIVERBY",
    "FUTURERELEASE 604800 9999-12-31T23:59:59Z",
    limits,
  ]],
  ["a trusted client", withOn(), trusted, [
    ...always,
    limits,
    "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT REVERSE_NAME",
    "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE",
  ]],
];

for (const [title, offer, session, lines] of rows) {
  test(`EHLO announces: ${title}`, () => {
    deepEqual(extensionLines({ ...testOffer, ...offer }, session), [...lines, "ENHANCEDSTATUSCODES"]);
  });
}

test("HELO announces nothing, LHLO what EHLO does", () => {
  const say = (line: string, mode: Offer["mode"]): readonly string[] => {
    const offer = { ...testOffer, mode };
    return outcomeOf(check(fresh, parseCommand(line), offer), passed, offer).reply.lines;
  };
  deepEqual(say("HELO client.test", "smtp"), ["mx.test Hello client.test"]);
  deepEqual(say("LHLO client.test", "lmtp"), say("EHLO client.test", "smtp"));
});

test("LMTP has LHLO alone, SMTP has not", () => {
  const there = (mode: Offer["mode"]): readonly boolean[] =>
    (["EHLO", "HELO", "LHLO"] as const).map((verb) => isOffered(verb, { ...testOffer, mode }, fresh));
  deepEqual(there("smtp"), [true, true, false]);
  deepEqual(there("submission"), [true, true, false]);
  deepEqual(there("lmtp"), [false, false, true]);
});

test("submission wants AUTH before MAIL, a listener that requires TLS wants that before", () => {
  const mail = parseCommand("MAIL FROM:<a@b.test>");
  const greeted: Session = { ...fresh, hello: { verb: "EHLO", name: "c.test" } };
  const codeOf = (session: Session, offer: Partial<Offer>): number | string => {
    const step = check(session, mail, { ...testOffer, ...offer });
    return step.kind === "outcome" ? `${step.reply.code} ${step.reply.lines}` : step.kind;
  };
  equal(codeOf(greeted, { mode: "submission" }), "530 Authentication required");
  equal(codeOf({ ...greeted, user: "u" }, { mode: "submission" }), "question");
  equal(codeOf(greeted, { mode: "submission", tls: "required" }), "530 Send STARTTLS first");
  equal(codeOf({ ...greeted, tls }, { tls: "required" }), "question");
});
