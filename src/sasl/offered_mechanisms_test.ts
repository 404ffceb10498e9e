import assert from "node:assert/strict";
import { test } from "node:test";
import { type MechanismName, mechanismNames } from "./mechanism.ts";
import { chooseMechanism, offeredMechanisms, type Situation } from "./offered_mechanisms.ts";

const bare: Situation = { tls: false, channelBinding: false, verifiedCertificate: false, withoutTls: false };
const tls: Situation = { ...bare, tls: true };

const rows: readonly [situation: Situation, without: readonly MechanismName[], why: string][] = [
  [bare, mechanismNames, "nothing without TLS"],
  [{ ...bare, channelBinding: true, verifiedCertificate: true }, mechanismNames, "nothing without TLS, whatever else"],
  [
    { ...bare, withoutTls: true },
    ["SCRAM-SHA-256-PLUS", "XOAUTH2", "OAUTHBEARER", "EXTERNAL"],
    "no tokens, no binding, no certificate without TLS",
  ],
  [tls, ["SCRAM-SHA-256-PLUS", "EXTERNAL"], "TLS alone binds nothing and names nobody"],
  [{ ...tls, channelBinding: true }, ["EXTERNAL"], "with a channel binding"],
  [{ ...tls, verifiedCertificate: true }, ["SCRAM-SHA-256-PLUS"], "with a certificate"],
  [{ ...tls, channelBinding: true, verifiedCertificate: true }, [], "with everything"],
];

test("a mechanism is offered if the connection has what it needs", () => {
  for (const [situation, without, why] of rows) {
    const expected = mechanismNames.filter((name) => !without.includes(name));
    assert.deepEqual(offeredMechanisms(mechanismNames, situation), expected, why);
  }
});

test("only what is configured is offered, in that order", () => {
  assert.deepEqual(offeredMechanisms(["LOGIN", "PLAIN", "EXTERNAL"], tls), ["LOGIN", "PLAIN"]);
  assert.deepEqual(offeredMechanisms([], tls), []);
});

test("AUTH takes what is offered, in any case, and says when TLS is all that lacks", () => {
  const configured: readonly MechanismName[] = ["PLAIN", "XOAUTH2", "EXTERNAL"];
  const choices: readonly [string, Situation, object][] = [
    ["plain", tls, { kind: "offered", mechanism: "PLAIN" }],
    ["PLAIN", bare, { kind: "needsTls" }],
    ["XOAUTH2", { ...bare, withoutTls: true }, { kind: "needsTls" }],
    ["EXTERNAL", bare, { kind: "unknown" }],
    ["EXTERNAL", tls, { kind: "unknown" }],
    ["LOGIN", tls, { kind: "unknown" }],
    ["ANONYMOUS", tls, { kind: "unknown" }],
    ["constructor", tls, { kind: "unknown" }],
    ["", tls, { kind: "unknown" }],
  ];
  for (const [word, situation, expected] of choices) {
    assert.deepEqual(chooseMechanism(word, configured, situation), expected, word);
  }
});
