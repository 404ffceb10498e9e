// A chain under the operator's policies: who is asked, whose word counts, and what the session has earned.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../../sdk/contract/verdict.ts";
import { plainPolicy, type Policy } from "../policy/policy.ts";
import { marked, newcomer, type Standing } from "../policy/standing.ts";
import { ask, type Asked, type Asking } from "./ask.ts";
import type { Askable } from "./askable.ts";
import type { Finding } from "./finding.ts";
import { Notebook } from "./notebook.ts";

const event = { time: 0, seed: 0, session: { id: "s" } } as unknown as Asking["event"];
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
}

async function asked(
  chain: readonly Askable[],
  asking: Partial<Asking> = {},
  standing: Standing = newcomer,
): Promise<Outcome> {
  const words: string[] = [];
  const observe = (_: string, finding: Finding): void => {
    words.push(`${finding.plugin} ${finding.kind === "skipped" ? finding.why : finding.ruling.kind}`);
  };
  const question: Asking = { hook: "rcpt", event, recipients: [recipient], late: true, ...asking };
  return { ...await ask(chain, question, new Notebook(), standing, observe), words };
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
  const reached = await asked([a, plugin("b", yes)], { late: false });
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
