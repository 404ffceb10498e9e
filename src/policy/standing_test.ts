// What a session earns, what is due to it, and who is spared.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Mark } from "../../sdk/contract/event.ts";
import { isFor, parseRecipientPattern } from "./policy.ts";
import {
  due,
  exemption,
  marked,
  newcomer,
  type Pending,
  remembering,
  scored,
  type Standing,
  unproved,
} from "./standing.ts";
import { earned, isReached, plainTerms } from "./terms.ts";

const someone = { localPart: "someone", domain: "example.org" };
const postmaster = { localPart: "Postmaster", domain: "example.org" };

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

test("a mark exempts from the plugins that name it", () => {
  equal(exemption(marked(newcomer, ["allowed"]), { immune: ["relay", "allowed"] }), "allowed");
  equal(exemption(newcomer, { immune: ["relay"] }), undefined);
  equal(exemption(marked(newcomer, ["relay"]), { immune: [] }), undefined);
});

test("what is due: the oldest that the client has not become immune to; postmaster and abuse are always reached", () => {
  equal(due(late, [someone])?.plugin, "a");
  equal(due(marked(late, ["authenticated"]), [someone])?.plugin, "b");
  equal(due(late, [postmaster]), undefined);
  equal(due(late, [postmaster, { localPart: "abuse", domain: "x.test" }]), undefined);
  equal(due(late, [postmaster, someone])?.plugin, "a");
  equal(due(late, [])?.plugin, "a");
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

test("earned: a late refusal from its point on, a bad score at its hook, never with a mark", () => {
  equal(earned(late, plainTerms, "mail", []), undefined);
  equal(earned(late, plainTerms, "rcpt", [someone])?.by, "a");
  equal(earned(late, plainTerms, "rcpt", [postmaster]), undefined);
  const terms = { late: "rcpt", thresholds: { data: -3 } } as const;
  const bad = scored(newcomer, -3);
  equal(earned(bad, terms, "data", [someone])?.by, "policy");
  equal(earned(bad, terms, "rcpt", [someone]), undefined);
  equal(earned(scored(newcomer, -2), terms, "data", [someone]), undefined);
  equal(earned(marked(bad, ["allowed"]), terms, "data", [someone]), undefined);
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
