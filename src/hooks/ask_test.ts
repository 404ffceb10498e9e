// A chain under the operator's policies: who is asked, whose word counts, and what the session has earned.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { HookName } from "../../sdk/contract/contract.ts";
import type { Mailbox } from "../../sdk/contract/event.ts";
import type { Answer, Edit, Refusal } from "../../sdk/contract/verdict.ts";
import { plainPolicy, type Policy } from "../policy/policy.ts";
import { marked, markedForRecipient, newcomer, remembering, type Standing } from "../policy/standing.ts";
import { plainTerms } from "../policy/terms.ts";
import { ask, type Asked, type Asking } from "./ask.ts";
import type { Askable } from "./askable.ts";
import { conclude } from "./conclude.ts";
import type { Finding } from "./finding.ts";
import { Notebook } from "./notebook.ts";
import type { Settled } from "./settle.ts";

const event = {
  time: 0,
  seed: 0,
  session: { id: "s" },
  transaction: { id: "t" },
  forwardPaths: [],
} as unknown as Asking["event"];
const recipient = { localPart: "a", domain: "example.org" };
const no: Answer = { verdict: "reject", text: "no" };
const yes: Answer = { verdict: "accept" };
const pass: Answer = { verdict: "pass" };

function plugin(name: string, answer: Answer, policy: Partial<Policy> = {}): Askable {
  const result = { kind: "answered", answer, micros: 1 } as const;
  return { name, onError: "defer", policy: { ...plainPolicy, ...policy }, call: () => Promise.resolve(result) };
}

function broken(name: string, policy: Partial<Policy>): Askable {
  const result = { kind: "failed", failure: "trap", message: "m", micros: 1 } as const;
  return { name, onError: "defer", policy: { ...plainPolicy, ...policy }, call: () => Promise.resolve(result) };
}

interface Outcome extends Asked {
  /** `plugin word`, in order. */
  readonly words: readonly string[];
  readonly settled: Settled;
}

/** What differs from a RCPT for one recipient, with the point for late refusals still ahead. */
interface Question {
  readonly hook?: HookName;
  readonly recipients?: readonly Mailbox[];
  readonly reached?: boolean;
  readonly perRecipient?: boolean;
}

async function asked(
  chain: readonly Askable[],
  { hook = "rcpt", recipients = [recipient], reached = false, perRecipient = false }: Question = {},
  standing: Standing = newcomer,
): Promise<Outcome> {
  const words: string[] = [];
  const observe = (_: string, finding: Finding): void => {
    words.push(`${finding.plugin} ${finding.kind === "skipped" ? finding.why : finding.ruling.kind}`);
  };
  const about = { hook, recipients, places: recipients.map((_, place) => place) };
  const terms = { ...plainTerms, late: reached ? "mail" : "queue" } as const;
  const question: Asking = { about, event, terms, perRecipient };
  const outcome = await ask(chain, question, new Notebook(), standing, observe);
  return { ...outcome, settled: conclude(outcome, question), words };
}

test("a tolerated refusal is found, and the next plugin is asked", async () => {
  const { settled, words } = await asked([plugin("a", no, { mode: "monitor" }), plugin("b", yes)]);
  assert.equal(settled.decision.verdict, "accept");
  assert.deepEqual(words, ["a tolerated", "b accepts"]);
});

test("a late refusal is remembered with who is immune to it; reached, it is told at once", async () => {
  const a = plugin("a", no, { mode: "late", immune: ["authenticated"] });
  const before = await asked([a, plugin("b", yes)]);
  assert.equal(before.settled.decision.verdict, "accept");
  assert.deepEqual(before.standing.pending.map(({ plugin, immune }) => [plugin, immune]), [["a", ["authenticated"]]]);
  const reached = await asked([a, plugin("b", yes)], { reached: true });
  assert.equal(reached.settled.decision.verdict, "reject");
  assert.deepEqual(reached.standing.pending, []);
});

test("immune clients are not asked about, but plugins hear of endings", async () => {
  const chain = [plugin("a", no, { immune: ["relay"] }), plugin("b", yes)];
  const relay = marked(newcomer, ["relay"]);
  assert.deepEqual((await asked(chain, {}, relay)).words, ["a immune: relay", "b accepts"]);
  const told = await asked([plugin("a", pass, { immune: ["relay"] })], { hook: "disconnect" }, relay);
  assert.deepEqual(told.words, ["a passes"]);
});

test("a mark given by one plugin exempts from the next", async () => {
  const giver = plugin("a", { ...pass, marks: ["allowed"] });
  const { words, standing } = await asked([giver, plugin("b", no, { immune: ["allowed"] }), plugin("c", yes)]);
  assert.deepEqual(words, ["a passes", "b immune: allowed", "c accepts"]);
  assert.deepEqual(standing.marks, ["allowed"]);
});

test("a plugin for some recipients is asked of them, and of a message that goes to one of them", async () => {
  const chain = [plugin("a", no, { for: [{ domain: "example.org" }] })];
  const other = { localPart: "a", domain: "other.test" };
  assert.equal((await asked(chain)).settled.decision.verdict, "reject");
  assert.deepEqual((await asked(chain, { recipients: [other] })).words, ["a not for these recipients"]);
  const both = { hook: "data_post", recipients: [other, recipient] } as const;
  assert.equal((await asked(chain, both)).settled.decision.verdict, "reject");
});

test("scores add up by weight, refusals too, tolerated or not", async () => {
  const { standing } = await asked([
    plugin("a", { ...pass, score: 2 }, { weight: 3 }),
    plugin("b", no, { mode: "monitor", refusalScore: -4 }),
    plugin("c", { ...yes, score: -1 }),
  ]);
  assert.equal(standing.score, 1);
});

test("a check that could not be made follows mode, never `as`", async () => {
  const monitored = await asked([broken("a", { mode: "monitor" }), plugin("b", yes)]);
  assert.equal(monitored.settled.decision.verdict, "accept");
  const enforced = await asked([broken("a", { as: "disconnect" })]);
  assert.deepEqual([enforced.settled.decision.verdict, enforced.settled.decision.disconnect], ["defer", false]);
});

test("a mark for one recipient is seen by the plugins behind, with the score, and is not the session's", async () => {
  const seen: unknown[] = [];
  const giver = plugin("a", { ...pass, marks: ["relay"], marksFor: "recipient", score: -2 });
  const looker: Askable = {
    ...plugin("b", pass),
    call: (_, { session }) => {
      seen.push([session.marks, session.score]);
      return Promise.resolve({ kind: "answered", answer: pass, micros: 1 });
    },
  };
  const { standing } = await asked([giver, looker]);
  assert.deepEqual(seen, [[["relay"], -2]]);
  assert.deepEqual([standing.marks, standing.recipientMarks], [[], [["relay"]]]);
});

const pending = remembering(newcomer, { plugin: "early", immune: ["allowed"], refusal: no as Refusal });
const giver: Askable = { ...plugin("giver", { ...pass, marks: ["allowed"], marksFor: "recipient" }), givesMarks: true };

test("what is due is told before any plugin is asked, but not before those that may give a mark", async () => {
  const plain = await asked([plugin("a", pass), plugin("b", yes)], { reached: true }, pending);
  assert.deepEqual([plain.settled.by, plain.words], ["early", []]);
  const spared = await asked([plugin("a", pass), giver, plugin("b", yes)], { reached: true }, pending);
  assert.deepEqual([spared.settled.by, spared.words], ["b", ["a passes", "giver passes", "b accepts"]]);
  const stern = { ...giver, call: plugin("giver", pass).call };
  const refused = await asked([stern, plugin("b", yes)], { reached: true }, pending);
  assert.deepEqual([refused.settled.by, refused.words], ["early", ["giver passes"]]);
  const accepted = await asked([plugin("b", yes), giver], { reached: true }, pending);
  assert.deepEqual([accepted.settled.by, accepted.settled.decision.verdict], ["early", "reject"]);
});

test("a plugin that has taken the message is not contradicted", async () => {
  const { settled } = await asked([plugin("taker", yes), giver], { hook: "queue", reached: true }, pending);
  assert.equal(settled.decision.verdict, "accept");
});

const there = { localPart: "b", domain: "other.test" };
const both = { hook: "data_post", recipients: [recipient, there] } as const;
const strict = plugin("strict", no, { for: [{ domain: "example.org" }] });

test("a plugin for one of two recipients refuses the message, where they share its fate", async () => {
  const { settled } = await asked([strict, plugin("b", pass)], both);
  assert.deepEqual([settled.decision.verdict, settled.by, settled.each], ["reject", "strict", undefined]);
});

test("where each has its own, it refuses its own, and the next are asked about the others alone", async () => {
  const seen: unknown[] = [];
  const next: Askable = {
    ...plugin("next", pass),
    call: (_, told) => {
      seen.push("forwardPaths" in told ? [told.forwardPaths, told.transaction.recipientCount] : []);
      return Promise.resolve({ kind: "answered", answer: pass, micros: 1 });
    },
  };
  const { settled, words } = await asked([strict, next, strict], { ...both, perRecipient: true });
  assert.deepEqual(settled.each?.map(({ decision, by }) => [decision.verdict, by]), [
    ["reject", "strict"],
    ["pass", undefined],
  ]);
  // Whoever overlooks that there are several must not take the message.
  assert.equal(settled.decision.verdict, "reject");
  assert.deepEqual(words, ["strict refuses", "next passes", "strict not for these recipients"]);
  assert.deepEqual(seen, [[[there], 1]]);
});

test("edits of a plugin that refuses some are not made in what the others get; those of all others are", async () => {
  const edit = (name: string): Edit => ({ edit: "addHeader", name, value: "1" });
  const refusing = plugin("a", { ...no, edits: [edit("A")] }, { for: [{ domain: "example.org" }] });
  const passing = plugin("b", { ...pass, edits: [edit("B")] }, { for: [{ domain: "other.test" }] });
  const { settled } = await asked([passing, refusing], { ...both, perRecipient: true });
  assert.deepEqual(settled.edits, [edit("B")]);
});

test("a recipient's mark spares it alone where each has its own fate", async () => {
  const standing = markedForRecipient(newcomer, ["allowed"], 0);
  const wary = plugin("wary", no, { immune: ["allowed"] });
  const each = await asked([wary], { ...both, perRecipient: true }, standing);
  assert.deepEqual(each.settled.each?.map(({ decision }) => decision.verdict), ["pass", "reject"]);
  const shared = await asked([wary], both, standing);
  assert.equal(shared.settled.decision.verdict, "reject");
});

test("what is due is due to each recipient by itself", async () => {
  const standing = markedForRecipient(pending, ["allowed"], 1);
  const { settled } = await asked([], { ...both, reached: true, perRecipient: true }, standing);
  assert.deepEqual(settled.each?.map(({ decision }) => decision.verdict), ["reject", "pass"]);
  assert.deepEqual(settled.earned?.map(({ by }) => by), ["early"]);
});

test("where all recipients share a fate after all, there is one", async () => {
  const { settled } = await asked([plugin("a", no)], { ...both, perRecipient: true });
  assert.deepEqual([settled.decision.verdict, settled.each], ["reject", undefined]);
});

test("a plugin whose condition does not hold is not asked, and the log says which", async () => {
  const early = { ...plugin("a", no), when: { rcpt: { hello: true }, connect: { early: true } } };
  const { words, settled } = await asked([early, plugin("b", yes)]);
  assert.deepEqual(words, ["a when: hello", "b accepts"]);
  assert.equal(settled.decision.verdict, "accept");
  assert.equal((await asked([{ ...early, when: { rcpt: { hello: false } } }])).settled.decision.verdict, "reject");
});

test("a mark that a plugin before has given counts in conditions", async () => {
  const giver = plugin("a", { ...pass, marks: ["relay"] });
  const { words } = await asked([giver, { ...plugin("b", no), when: { rcpt: { relay: false } } }, plugin("c", yes)]);
  assert.deepEqual(words, ["a passes", "b when: relay", "c accepts"]);
});
