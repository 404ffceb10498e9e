// What one plugin of a chain came to: not asked, or answered and judged by the operator's policy. Pure.

import type { OnError } from "../../sdk/contract/manifest.ts";
import type { Mark } from "../../sdk/contract/event.ts";
import type { Answer, MarkLifetime, Refusal, Verdict } from "../../sdk/contract/verdict.ts";
import { type About, isTransactionHook } from "../policy/about.ts";
import { plainPolicy, type Policy } from "../policy/policy.ts";
import { isToldToSome, stanceFor, stancesOf } from "../policy/recipient_rules.ts";
import { rule, ruleStrictly, type Ruling } from "../policy/ruling.ts";
import {
  marked,
  markedForRecipient,
  markedForTransaction,
  remembering,
  scored,
  type Standing,
} from "../policy/standing.ts";
import { checkFailed, checkFailedForNow } from "../smtp/replies.ts";
import type { Reply } from "../smtp/reply.ts";
import type { Askable, CallResult } from "./askable.ts";

export type Finding = Judged | Skipped;

export interface Judged {
  readonly kind: "judged";
  readonly plugin: string;
  readonly onError: OnError;
  readonly result: CallResult;
  /** The strictest, if recipients want several things. */
  readonly ruling: Ruling;
  /** That for each of `places`, where they want several things. */
  readonly rulings?: readonly Ruling[];
  /** The recipients that it alone is about, by their places, where each has its own reply; absent: all. */
  readonly places?: readonly number[];
}

/** `why` is ours and constant but for a mark. */
export interface Skipped {
  readonly kind: "skipped";
  readonly plugin: string;
  readonly why: string;
}

/** The word of a plugin that failed: what its `onError` says. The client learns no more than that it may try again. */
const failed: { readonly [O in OnError]: Verdict } = {
  pass: { verdict: "pass" },
  defer: refusalOf("defer", checkFailedForNow()),
  reject: refusalOf("reject", checkFailed()),
};

function refusalOf(verdict: Refusal["verdict"], { code, status, lines: text }: Reply): Refusal {
  return { verdict, code, text, ...(status === undefined ? {} : { status }) };
}

/**
 * `late`: the point for late refusals lies still ahead. A check that could not be made is told as it is, whatever `as`.
 * `own` is the question about those recipients that the plugin speaks of.
 */
export function judge(plugin: Askable, result: CallResult, late: boolean, own: About): Judged {
  const policy = policyOf(plugin);
  const recipients = isTransactionHook(own.hook) ? own.recipients : [];
  const ruling = ruleStrictly(verdictOf(plugin, result), forResult(stancesOf(policy, recipients), result), late);
  return { kind: "judged", plugin: plugin.name, onError: plugin.onError, result, ruling };
}

/** The same where each of them hears of its own fate. */
export function judgeEach(plugin: Askable, result: CallResult, late: boolean, own: About): Judged {
  const judged = { ...judge(plugin, result, late, own), places: own.places };
  const policy = policyOf(plugin);
  if (policy.byRecipient === undefined) return judged;
  const shared = new Map<string, Ruling>();
  const rulings = own.recipients.map((recipient): Ruling => {
    const { mode, as } = stanceFor(policy, recipient);
    if (mode === "off") return { kind: "passes" };
    const [stance = { mode }] = forResult([as === undefined ? { mode } : { mode, as }], result);
    const ruling = shared.get(`${mode} ${as}`) ?? rule(verdictOf(plugin, result), stance, late);
    shared.set(`${mode} ${as}`, ruling);
    return ruling;
  });
  return { ...judged, rulings };
}

type Told = Pick<Policy, "mode" | "as">;

function forResult(stances: readonly Told[], { kind }: CallResult): readonly Told[] {
  return kind === "answered" ? stances : stances.map(({ mode }) => ({ mode }));
}

function verdictOf({ onError }: Askable, result: CallResult): Verdict {
  return result.kind === "answered" ? result.answer : failed[onError];
}

/** Does this finding end the chain? */
export function isDecisive(finding: Finding): boolean {
  return finding.kind === "judged" && [finding.ruling, ...finding.rulings ?? []].some(isLast);
}

/** What it comes to for the one at this place; undefined if it says nothing of it, or nothing that decides. */
export function decisiveAt({ ruling, rulings, places }: Judged, place: number): Ruling | undefined {
  const index = places === undefined ? 0 : places.indexOf(place);
  if (index === -1) return undefined;
  const own = rulings === undefined ? ruling : rulings[index];
  return own !== undefined && isLast(own) ? own : undefined;
}

function isLast({ kind }: Ruling): boolean {
  return kind === "refuses" || kind === "accepts";
}

/** What the session has earned with it. */
export function learn(standing: Standing, plugin: Askable, finding: Judged, about: About): Standing {
  const { ruling, result } = finding;
  const policy = policyOf(plugin);
  const answer: Partial<Answer> = result.kind === "answered" ? result.answer : {};
  const { score = 0, marks = [], marksFor = "session" } = answer;
  const refused = ruling.kind !== "passes" && ruling.kind !== "accepts";
  const points = score * policy.weight + (refused ? policy.refusalScore : 0);
  const learnt = scored(markedFor(marksFor, standing, marks, about.places[0]), points);
  const refusal = refusalForLater(finding, policy, about);
  if (refusal === undefined) return learnt;
  const inTransaction = isTransactionHook(about.hook);
  const told = policy.byRecipient === undefined ? {} : { told: policy, isFirm: result.kind === "failed" };
  return remembering(learnt, { plugin: plugin.name, refusal, immune: policy.immune, inTransaction, ...told });
}

/** Before anybody is named, what all others tolerate is kept for the recipient who may want to be spared it. */
function refusalForLater(
  { ruling, rulings = [] }: Judged,
  policy: Policy,
  { recipients }: About,
): Refusal | undefined {
  const late = [ruling, ...rulings].find(({ kind }) => kind === "late");
  if (late?.kind === "late") return late.refusal;
  const isKept = ruling.kind === "tolerated" && recipients.length === 0 && isToldToSome(policy);
  return isKept ? ruling.refusal : undefined;
}

function markedFor(lifetime: MarkLifetime, standing: Standing, marks: readonly Mark[], place?: number): Standing {
  switch (lifetime) {
    case "session":
      return marked(standing, marks);
    case "transaction":
      return markedForTransaction(standing, marks);
    case "recipient":
      return place === undefined ? standing : markedForRecipient(standing, marks, place);
  }
}

export function policyOf({ policy = plainPolicy }: Askable): Policy {
  return policy;
}
