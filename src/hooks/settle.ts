// From what the plugins of a chain found to the one decision of the hook. Pure.

import type { Answer, AuthenticationResult, Edit, Refusal, Text } from "../../sdk/contract/verdict.ts";
import { type Decision, passed } from "../smtp/decision.ts";
import type { Ruling } from "../policy/ruling.ts";
import type { Earned } from "../policy/terms.ts";
import { type Finding, isDecisive, type Judged } from "./finding.ts";

/** What a hook came to: the decision, who made it, and the edits of all who were asked. */
export interface Settled {
  readonly decision: Decision;
  /** The plugin whose word ended the chain; absent if all passed. */
  readonly by?: string;
  /** The whole of that word. */
  readonly answer?: Answer;
  readonly edits: readonly Edit[];
  /** What the checks of all who were asked found, whatever the operator makes of their verdicts. */
  readonly results: readonly AuthenticationResult[];
  /** Refusals that the session had earned before, and that were told now. */
  readonly earned?: readonly Earned[];
  /** Where the recipients have several fates, that of each; `decision` is then the strictest of them. */
  readonly each?: readonly Fate[];
}

/** What one recipient, or all of them, have come to. */
export type Fate = Pick<Settled, "decision" | "by" | "answer">;

/** Folds the findings in the order of asking: the first that decides does so, edits add up. */
export function settle(findings: readonly Finding[]): Settled {
  const judged = findings.filter((finding) => finding.kind === "judged");
  // Who refuses a message has nothing to change in what others may get of it.
  const passing = judged.filter(({ ruling, rulings = [ruling] }) => rulings.some(({ kind }) => kind !== "refuses"));
  const edits = passing.flatMap((finding) => answerOf(finding)?.edits ?? []);
  const results = judged.flatMap((finding) => answerOf(finding)?.results ?? []);
  const decisive = judged.find(isDecisive);
  return { ...(decisive === undefined ? undecided : fateOf(decisive)), edits, results };
}

const undecided: Fate = { decision: passed };

/** `ruling` is its own, or that about one recipient. */
export function fateOf(decisive: Judged, ruling: Ruling = decisive.ruling): Fate {
  const answer = answerOf(decisive);
  const fate = { decision: decisionOf(decisive, ruling), by: decisive.plugin };
  return answer === undefined ? fate : { ...fate, answer };
}

/** Does it say no, for good or for now? */
export function isRefusal({ decision }: Fate): boolean {
  return decision.verdict === "reject" || decision.verdict === "defer";
}

export function refused({ verdict, text, code, status, disconnect }: Refusal): Decision {
  return {
    verdict,
    text: linesOf(text),
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { status }),
    disconnect: disconnect ?? false,
  };
}

function decisionOf({ result }: Judged, ruling: Ruling): Decision {
  if (ruling.kind === "refuses") return refused(ruling.refusal);
  const text = result.kind === "answered" && result.answer.verdict === "accept" ? result.answer.text : undefined;
  return { verdict: "accept", text: linesOf(text), disconnect: false };
}

function answerOf({ result }: Judged): Answer | undefined {
  return result.kind === "answered" ? result.answer : undefined;
}

function linesOf(text: Text | undefined): readonly string[] {
  if (text === undefined) return [];
  return typeof text === "string" ? [text] : text;
}
