// Whose marks count for which question: nobody's for another, and those of a transaction for it alone.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Mailbox, Mark } from "../../sdk/contract/event.ts";
import { type About, commonMarks, concernOf, only } from "./about.ts";
import {
  marked,
  markedForRecipient,
  markedForTransaction,
  newcomer,
  remembering,
  scored,
  type Standing,
  withoutRecipient,
  withoutTransaction,
} from "./standing.ts";
import { due, earned, isDue, plainTerms } from "./terms.ts";

const names: readonly Mailbox[] = ["a", "b", "c"].map((localPart) => ({ localPart, domain: `${localPart}.test` }));
const [a, b] = names;

/** One of them at its place, or all. */
function at(hook: About["hook"], ...places: readonly number[]): About {
  return { hook, places, recipients: places.map((place) => names[place] ?? { localPart: "x", domain: "x.test" }) };
}

const whole = at("data", 0, 1, 2);
const relayToB = markedForRecipient(newcomer, ["relay"], 1);
const allAllowed = [0, 1, 2].reduce((standing, place) => markedForRecipient(standing, ["allowed"], place), newcomer);

const rows: readonly (readonly [string, Standing, About, readonly Mark[]])[] = [
  ["a recipient's mark counts at its RCPT", relayToB, at("rcpt", 1), ["relay"]],
  ["and not at that of the one before", relayToB, at("rcpt", 0), []],
  ["nor of the one behind", relayToB, at("rcpt", 2), []],
  ["nor for the message, if others have it not", relayToB, whole, []],
  ["but for a message to that one alone", relayToB, at("data", 1), ["relay"]],
  ["what all have counts for the message", allAllowed, whole, ["allowed"]],
  ["what only some have beside it does not", markedForRecipient(allAllowed, ["relay"], 0), whole, ["allowed"]],
  ["a recipient's mark counts for nothing outside its transaction's hooks", allAllowed, at("noop", 0, 1, 2), []],
  ["nor when the session ends", allAllowed, at("disconnect", 0, 1, 2), []],
  ["a transaction's mark counts from MAIL", markedForTransaction(newcomer, ["allowed"]), at("mail"), ["allowed"]],
  ["and for every recipient", markedForTransaction(newcomer, ["allowed"]), at("rcpt", 2), ["allowed"]],
  ["and for the message", markedForTransaction(newcomer, ["allowed"]), whole, ["allowed"]],
  ["but at no other command", markedForTransaction(newcomer, ["allowed"]), at("vrfy", 0), []],
  ["a session's mark counts everywhere", marked(newcomer, ["relay"]), at("quit"), ["relay"]],
  [
    "the three add up",
    markedForRecipient(markedForTransaction(marked(newcomer, ["authenticated"]), ["allowed"]), [
      "relay",
    ], 0),
    at("rcpt", 0),
    ["authenticated", "allowed", "relay"],
  ],
];
for (const [title, standing, about, expected] of rows) {
  test(`marks: ${title}`, () => deepEqual(commonMarks(standing, about), expected));
}

test("marks: with the transaction go its own and those of its recipients", () => {
  const both = marked(markedForTransaction(relayToB, ["allowed"]), ["authenticated"]);
  deepEqual(withoutTransaction(both), marked(newcomer, ["authenticated"]));
  equal(withoutTransaction(newcomer), newcomer);
});

test("marks: who is asked about in the place of a refused recipient does not inherit its marks", () => {
  deepEqual(commonMarks(withoutRecipient(relayToB, 1), at("rcpt", 1)), []);
  equal(withoutRecipient(relayToB, 2), relayToB);
});

const forA = { immune: ["allowed"], for: [{ domain: "a.test" }] } as const;
const forAll = { immune: ["allowed"], for: [] } as const;
const aAllowed = markedForRecipient(newcomer, ["allowed"], 0);

test("concern: a plugin speaks of those recipients that it is for and that are not immune to it", () => {
  deepEqual(concernOf(forAll, newcomer, whole), { kind: "all" });
  deepEqual(concernOf(forAll, aAllowed, whole), { kind: "some", indices: [1, 2] });
  deepEqual(concernOf(forAll, allAllowed, whole), { kind: "immune", mark: "allowed" });
  deepEqual(concernOf(forA, newcomer, whole), { kind: "some", indices: [0] });
  deepEqual(concernOf(forA, aAllowed, whole), { kind: "immune", mark: "allowed" });
  deepEqual(concernOf(forA, markedForRecipient(newcomer, ["allowed"], 1), whole), { kind: "some", indices: [0] });
  deepEqual(concernOf(forA, newcomer, at("data", 1, 2)), { kind: "others" });
  deepEqual(concernOf(forA, newcomer, at("connect")), { kind: "others" });
});

const late = remembering(newcomer, {
  plugin: "dnsbl",
  immune: ["allowed"],
  refusal: { verdict: "reject", text: "No" },
});

test("due: not for a recipient with the mark, nor for a message to such recipients alone, or to postmaster", () => {
  const spared = markedForRecipient(late, ["allowed"], 0);
  equal(due(spared, at("rcpt", 0)), undefined);
  equal(due(spared, at("rcpt", 1))?.plugin, "dnsbl");
  equal(due(spared, at("data", 0)), undefined);
  equal(due(spared, at("data", 0, 1))?.plugin, "dnsbl");
  const postmaster = { localPart: "postmaster", domain: "a.test" };
  equal(due(spared, { hook: "data", recipients: [a ?? postmaster, postmaster], places: [0, 1] }), undefined);
});

test("earned: a score that is too bad spares a recipient with a mark, and a message if all have one", () => {
  const terms = { late: "queue", thresholds: { rcpt: -1, data: -1 } } as const;
  const bad = scored(aAllowed, -1);
  equal(earned(bad, terms, at("rcpt", 0)), undefined);
  equal(earned(bad, terms, at("rcpt", 1))?.by, "policy");
  equal(earned(bad, terms, at("data", 0)), undefined);
  equal(earned(bad, terms, at("data", 0, 1))?.by, "policy");
  equal(earned(markedForRecipient(bad, ["relay"], 1), terms, at("data", 0, 1)), undefined);
});

test("due: where each recipient has its own fate, only when it is due to every one", () => {
  const spared = markedForRecipient(late, ["allowed"], 0);
  equal(isDue(spared, plainTerms, whole, true), false);
  equal(isDue(spared, plainTerms, whole, false), true);
  equal(isDue(late, plainTerms, whole, true), true);
});

test("only: some of the recipients, with their places", () => {
  deepEqual(only(at("data", 4, 7, 9), [1]).places, [7]);
  deepEqual(only(at("data", 0, 1), [1]).recipients, [b]);
});
