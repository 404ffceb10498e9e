// What a session earns, what is due to it, and who is spared.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Mailbox, Mark } from "../../sdk/contract/event.ts";
import { type About, exemption } from "./about.ts";
import { isFor, parseRecipientPattern } from "./policy.ts";
import {
  marked,
  newcomer,
  type Pending,
  remembering,
  scored,
  type Standing,
  unproved,
  withoutTransaction,
} from "./standing.ts";
import { due, earned, isReached, latePoints, plainTerms } from "./terms.ts";

const someone = { localPart: "someone", domain: "example.org" };
const postmaster = { localPart: "Postmaster", domain: "example.org" };

function about(hook: About["hook"], recipients: readonly Mailbox[]): About {
  return { hook, recipients, places: recipients.map((_, place) => place) };
}

function pending(plugin: string, immune: readonly Mark[] = []): Pending {
  return { plugin, immune, refusal: { verdict: "reject", text: plugin } };
}

const late: Standing = remembering(remembering(newcomer, pending("a", ["authenticated"])), pending("b"));

test("marks are a set, and a score has its bounds", () => {
  deepEqual(marked(marked(newcomer, ["relay", "relay"]), ["relay", "allowed"]).marks, ["relay", "allowed"]);
  equal(marked(newcomer, []), newcomer);
  equal(scored(scored(newcomer, -3), 1).score, -2);
  equal(scored(newcomer, -5000).score, -1000);
  equal(scored(newcomer, 5000).score, 1000);
});

test("what follows from the session is not kept", () => {
  deepEqual(unproved(marked(newcomer, ["relay", "authenticated"])).marks, ["relay"]);
  equal(unproved(newcomer), newcomer);
});

test("the first refusal of a plugin is remembered, later ones of the same are not", () => {
  deepEqual(late.pending.map(({ plugin }) => plugin), ["a", "b"]);
  equal(remembering(late, pending("a")), late);
});

test("what was found of a transaction ends with it, what was found of the client does not", () => {
  const both = remembering(late, { ...pending("c"), inTransaction: true });
  deepEqual(withoutTransaction(both).pending, late.pending);
  equal(withoutTransaction(late), late);
});

test("a mark exempts from the plugins that name it", () => {
  equal(exemption(marked(newcomer, ["allowed"]).marks, { immune: ["relay", "allowed"] }), "allowed");
  equal(exemption(newcomer.marks, { immune: ["relay"] }), undefined);
  equal(exemption(marked(newcomer, ["relay"]).marks, { immune: [] }), undefined);
});

test("what is due: the oldest that the client has not become immune to; postmaster and abuse are always reached", () => {
  equal(due(late, about("rcpt", [someone]))?.plugin, "a");
  equal(due(marked(late, ["authenticated"]), about("rcpt", [someone]))?.plugin, "b");
  equal(due(late, about("rcpt", [postmaster])), undefined);
  equal(due(late, about("rcpt", [postmaster, { localPart: "abuse", domain: "x.test" }])), undefined);
  equal(due(late, about("rcpt", [postmaster, someone]))?.plugin, "a");
  equal(due(late, about("rcpt", []))?.plugin, "a");
});

const reached: readonly (readonly [string, "mail" | "rcpt" | "data_post", boolean])[] = [
  ["connect", "mail", false],
  ["mail", "mail", true],
  ["mail", "rcpt", false],
  ["rcpt", "rcpt", true],
  ["data", "rcpt", true],
  ["queue", "data_post", true],
  ["data", "data_post", false],
  ["noop", "mail", false],
];
for (const [hook, point, expected] of reached) {
  test(`at ${hook} the point ${point} is ${expected ? "" : "not "}reached`, () => {
    equal(isReached({ late: point, thresholds: {} }, hook as "connect"), expected);
  });
}

for (const hook of latePoints) {
  test(`earned: a score that is too bad at ${hook} is so there alone, and without a mark`, () => {
    const terms = { late: "queue", thresholds: { [hook]: -3 } } as const;
    const bad = scored(newcomer, -3);
    for (const at of latePoints) {
      equal(earned(bad, terms, about(at, [someone]))?.by, at === hook ? "policy" : undefined);
    }
    equal(earned(scored(newcomer, -2), terms, about(hook, [someone])), undefined);
    equal(earned(marked(bad, ["allowed"]), terms, about(hook, [someone])), undefined);
  });
}

test("earned: a late refusal from its point on", () => {
  equal(earned(late, plainTerms, about("mail", [])), undefined);
  equal(earned(late, plainTerms, about("rcpt", [someone]))?.by, "a");
  equal(earned(late, plainTerms, about("rcpt", [postmaster])), undefined);
});

const patterns: readonly (readonly [string, boolean])[] = [
  ["@example.org", true],
  ["@EXAMPLE.org", true],
  ["someone@example.org", true],
  ["Someone@Example.ORG", true],
  ["other@example.org", false],
  ["@sub.example.org", false],
  ["@example.com", false],
];
for (const [text, expected] of patterns) {
  test(`${text} speaks ${expected ? "" : "not "}of someone@example.org`, () => {
    const pattern = parseRecipientPattern(text);
    equal(pattern !== undefined && isFor([pattern], someone), expected);
  });
}

test("no pattern is everybody, and what is no pattern is none", () => {
  equal(isFor([], someone), true);
  for (const text of ["", "example.org", "@", "a@", "a b@", "a@b c"]) {
    equal(parseRecipientPattern(text), undefined, text);
  }
});
