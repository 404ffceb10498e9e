// From what a plugin said to what it is worth under the operator's policy. Pure.

import type { Refusal, Verdict } from "../../sdk/contract/verdict.ts";
import type { Manner, Policy } from "./policy.ts";

export type Ruling =
  | { readonly kind: "passes" }
  | { readonly kind: "accepts" }
  /** The chain ends here. */
  | { readonly kind: "refuses"; readonly refusal: Refusal }
  /** To be told later. */
  | { readonly kind: "late"; readonly refusal: Refusal }
  /** For the log. */
  | { readonly kind: "tolerated"; readonly refusal: Refusal };

/** `late`: the point for late refusals lies still ahead. */
export function rule(verdict: Verdict, { mode, as }: Pick<Policy, "mode" | "as">, late: boolean): Ruling {
  if (verdict.verdict === "pass") return { kind: "passes" };
  if (verdict.verdict === "accept") return { kind: "accepts" };
  const refusal = as === undefined ? verdict : inManner(verdict, as);
  switch (mode) {
    case "enforce":
      return { kind: "refuses", refusal };
    case "late":
      return { kind: late ? "late" : "refuses", refusal };
    case "monitor":
      return { kind: "tolerated", refusal };
  }
}

const words: { readonly [M in Manner]: Pick<Refusal, "verdict"> & { readonly disconnect: boolean } } = {
  reject: { verdict: "reject", disconnect: false },
  defer: { verdict: "defer", disconnect: false },
  disconnect: { verdict: "reject", disconnect: true },
  defer_disconnect: { verdict: "defer", disconnect: true },
};

/** Where recipients of one message want several things, the strictest counts; `stances` has at least one. */
export function ruleStrictly(
  verdict: Verdict,
  stances: readonly Pick<Policy, "mode" | "as">[],
  late: boolean,
): Ruling {
  const rulings = stances.map((stance) => rule(verdict, stance, late));
  const [first = rule(verdict, { mode: "enforce" }, late), ...others] = rulings;
  return others.reduce((one, other) => isStricter(other, one) ? other : one, first);
}

function isStricter(one: Ruling, other: Ruling): boolean {
  if (one.kind !== other.kind) return severities.indexOf(one.kind) > severities.indexOf(other.kind);
  return "refusal" in one && "refusal" in other && severityOf(one.refusal) > severityOf(other.refusal);
}

/** A plugin's word that refuses nothing is the same to everybody. */
const severities: readonly Ruling["kind"][] = ["passes", "accepts", "tolerated", "late", "refuses"];

/** Undefined of none. */
export function strictestRefusal([first, ...others]: readonly Refusal[]): Refusal | undefined {
  return others.reduce((one, other) => {
    return one !== undefined && severityOf(other) > severityOf(one) ? other : one;
  }, first);
}

function severityOf({ verdict, disconnect = false }: Refusal): number {
  return (verdict === "reject" ? 2 : 0) + (disconnect ? 1 : 0);
}

/** Code and status stay only where their class still fits: a 5.7.1 says nothing about a deferral. */
export function inManner(refusal: Refusal, as: Manner): Refusal {
  const { verdict, disconnect } = words[as];
  const { text, code, status } = refusal;
  const same = refusal.verdict === verdict;
  // RFC 5321 §3.8: who closes a connection for now says 421, and who says 421 closes it.
  const fits = same && code !== undefined && code !== 421 && as !== "defer_disconnect";
  return {
    verdict,
    text,
    disconnect,
    ...(fits ? { code } : {}),
    ...(same && status !== undefined ? { status } : {}),
  };
}
