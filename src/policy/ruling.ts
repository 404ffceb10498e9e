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

/** Code and status stay only where their class still fits: a 5.7.1 says nothing about a deferral. */
export function inManner(refusal: Refusal, as: Manner): Refusal {
  const verdict = as === "defer" ? "defer" : "reject";
  const { text, code, status } = refusal;
  const same = refusal.verdict === verdict;
  return {
    verdict,
    text,
    disconnect: as === "disconnect",
    ...(same && code !== undefined && code !== 421 ? { code } : {}),
    ...(same && status !== undefined ? { status } : {}),
  };
}
