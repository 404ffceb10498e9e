// What one plugin of a chain came to: not asked, or answered and judged by the operator's policy. Pure.

import type { OnError } from "../../sdk/contract/manifest.ts";
import type { Answer, Verdict } from "../../sdk/contract/verdict.ts";
import { plainPolicy, type Policy } from "../policy/policy.ts";
import { rule, type Ruling } from "../policy/ruling.ts";
import { marked, remembering, scored, type Standing } from "../policy/standing.ts";
import type { Askable, CallResult } from "./askable.ts";

export type Finding = Judged | Skipped;

export interface Judged {
  readonly kind: "judged";
  readonly plugin: string;
  readonly onError: OnError;
  readonly result: CallResult;
  readonly ruling: Ruling;
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
  defer: { verdict: "defer", code: 451, status: "4.3.0", text: "A check could not be made, please try again later" },
  reject: { verdict: "reject", code: 554, status: "5.3.0", text: "A check could not be made" },
};

/** `late`: the point for late refusals lies still ahead. A check that could not be made is told as it is, whatever `as`. */
export function judge(plugin: Askable, result: CallResult, late: boolean): Judged {
  const { mode, as } = policyOf(plugin);
  const ruling = result.kind === "answered"
    ? rule(result.answer, as === undefined ? { mode } : { mode, as }, late)
    : rule(failed[plugin.onError], { mode }, late);
  return { kind: "judged", plugin: plugin.name, onError: plugin.onError, result, ruling };
}

/** Does this finding end the chain? */
export function isDecisive(finding: Finding): boolean {
  return finding.kind === "judged" && (finding.ruling.kind === "refuses" || finding.ruling.kind === "accepts");
}

/** What the session has earned with it. */
export function learn(standing: Standing, plugin: Askable, { ruling, result }: Judged): Standing {
  const policy = policyOf(plugin);
  const { score = 0, marks = [] }: Partial<Answer> = result.kind === "answered" ? result.answer : {};
  const refused = ruling.kind !== "passes" && ruling.kind !== "accepts";
  const learnt = scored(marked(standing, marks), score * policy.weight + (refused ? policy.refusalScore : 0));
  if (ruling.kind !== "late") return learnt;
  return remembering(learnt, { plugin: plugin.name, refusal: ruling.refusal, immune: policy.immune });
}

export function policyOf({ policy = plainPolicy }: Askable): Policy {
  return policy;
}
