// Whose word counts: the mailbox's before its domain's, that before the plugin's, and the strictest of several.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { Mailbox } from "../../sdk/contract/event.ts";
import type { Refusal } from "../../sdk/contract/verdict.ts";
import { type About, concernOf } from "./about.ts";
import { plainPolicy, type Policy } from "./policy.ts";
import { type RecipientRule, type Stance, stanceFor, stancesOf } from "./recipient_rules.ts";
import { ruleStrictly } from "./ruling.ts";
import { newcomer, remembering } from "./standing.ts";
import { due, earned, plainTerms } from "./terms.ts";

const rules = new Map<string, RecipientRule>([
  ["off.test", { mode: "off" }],
  ["keen@off.test", { mode: "enforce" }],
  ["soft.test", { as: "defer" }],
  ["strict@soft.test", { mode: "late", as: "disconnect" }],
  ["odd@soft.test", { mode: "monitor" }],
]);

function mailbox(text: string): Mailbox {
  const [localPart = "", domain = ""] = text.split("@");
  return { localPart, domain };
}

function about(hook: HookName, ...texts: readonly string[]): About {
  return { hook, recipients: texts.map(mailbox), places: texts.map((_, place) => place) };
}

const policy: Policy = { ...plainPolicy, byRecipient: rules };

const stances: readonly (readonly [string, Stance])[] = [
  ["a@none.test", { mode: "enforce" }],
  ["a@off.test", { mode: "off" }],
  ["A@OFF.Test", { mode: "off" }],
  ["keen@off.test", { mode: "enforce" }],
  ["Keen@off.test", { mode: "enforce" }],
  ["keen@sub.off.test", { mode: "enforce" }],
  ["a@soft.test", { mode: "enforce", as: "defer" }],
  ["strict@soft.test", { mode: "late", as: "disconnect" }],
  ["odd@soft.test", { mode: "monitor", as: "defer" }],
];
for (const [text, expected] of stances) {
  test(`stance: ${text}`, () => deepEqual(stanceFor(policy, mailbox(text)), expected));
}

test("stance: the plugin's table where nobody says otherwise", () => {
  deepEqual(stanceFor({ mode: "late", as: "defer" }, mailbox("a@off.test")), { mode: "late", as: "defer" });
  deepEqual(stancesOf(policy, []), [{ mode: "enforce" }]);
  const several = ["a@off.test", "b@none.test", "odd@soft.test", "c@none.test"].map(mailbox);
  deepEqual(stancesOf(policy, several), [{ mode: "enforce" }, { mode: "monitor", as: "defer" }]);
});

const concerns: readonly (readonly [string, About, ReturnType<typeof concernOf>])[] = [
  ["a recipient without it", about("rcpt", "a@off.test"), { kind: "off" }],
  ["one of such a domain who wants it", about("rcpt", "keen@off.test"), { kind: "all" }],
  ["a message to both", about("data_post", "a@off.test", "keen@off.test"), { kind: "some", indices: [1] }],
  ["a message to such recipients alone", about("data_post", "a@off.test", "b@off.test"), { kind: "off" }],
  ["a command that is about nobody", about("connect"), { kind: "all" }],
  ["a command amid the transaction", about("noop", "a@off.test"), { kind: "all" }],
];
for (const [title, question, expected] of concerns) {
  test(`concern: ${title}`, () => deepEqual(concernOf(policy, newcomer, question), expected));
}

test("concern: who is not spoken of is not off", () => {
  const forOthers = { ...policy, for: [{ domain: "other.test" }] };
  deepEqual(concernOf(forOthers, newcomer, about("rcpt", "a@off.test")), { kind: "others" });
});

const no: Refusal = { verdict: "reject", text: "No", status: "5.7.1" };
const enforce = { mode: "enforce" } as const;

test("ruling: of several stances the strictest counts, whatever their order", () => {
  const ascending = [
    { mode: "monitor" },
    { mode: "late" },
    { ...enforce, as: "defer" },
    { ...enforce, as: "defer_disconnect" },
    enforce,
    { ...enforce, as: "disconnect" },
  ] as const;
  for (const [index, stance] of ascending.entries()) {
    const expected = ruleStrictly(no, [stance], true);
    for (const weaker of ascending.slice(0, index)) {
      deepEqual(ruleStrictly(no, [weaker, stance], true), expected);
      deepEqual(ruleStrictly(no, [stance, weaker], true), expected);
    }
  }
});

const late = remembering(newcomer, {
  plugin: "dnsbl",
  immune: [],
  refusal: no,
  told: { mode: "late", byRecipient: rules },
});
const looking = remembering(newcomer, {
  plugin: "dnsbl",
  immune: [],
  refusal: no,
  told: { mode: "monitor", byRecipient: rules },
});

const dues: readonly (readonly [string, typeof late, About, boolean])[] = [
  ["to those who say nothing", late, about("rcpt", "a@none.test"), true],
  ["not to those who do without", late, about("rcpt", "a@off.test"), false],
  ["nor to those who only look on", late, about("rcpt", "odd@soft.test"), false],
  ["to a message if it is to one of its recipients", late, about("data", "a@off.test", "a@none.test"), true],
  ["not to one for such recipients alone", late, about("queue", "a@off.test", "odd@soft.test"), false],
  ["never to postmaster", late, about("rcpt", "postmaster@none.test"), false],
  ["what all tolerate, to who wants it told", looking, about("rcpt", "keen@off.test"), true],
  ["and to nobody else", looking, about("rcpt", "a@none.test"), false],
  ["nor before anybody is named", looking, about("mail"), false],
];
for (const [title, standing, question, expected] of dues) {
  test(`due: ${title}`, () => equal(due(standing, question) !== undefined, expected));
}

test("earned: told in the manner of the recipient, and in the strictest of several", () => {
  const told = (...texts: readonly string[]): Refusal | undefined => {
    return earned(late, plainTerms, about("data", ...texts))?.refusal;
  };
  equal(told("a@none.test"), no);
  deepEqual(told("a@soft.test"), { verdict: "defer", text: "No", disconnect: false });
  equal(told("a@soft.test", "a@none.test"), no);
  equal(told("a@none.test", "strict@soft.test")?.disconnect, true);
  // Whom it is not due to has no say in how it is told.
  equal(told("a@none.test", "odd@soft.test"), no);
});

test("earned: a check that could not be made is told as it is", () => {
  const firm = { ...late, pending: late.pending.map((pending) => ({ ...pending, isFirm: true })) };
  equal(earned(firm, plainTerms, about("rcpt", "strict@soft.test"))?.refusal, no);
});
