// From what the plugins of a chain found to the one decision of the hook. Pure.

import type { Answer, Edit, Refusal, Text } from "../../sdk/contract/verdict.ts";
import { type Decision, passed } from "../smtp/decision.ts";
import { type Finding, isDecisive, type Judged } from "./finding.ts";

/** What a hook came to: the decision, who made it, and the edits of all who were asked. */
export interface Settled {
  readonly decision: Decision;
  /** The plugin whose word ended the chain; absent if all passed. */
  readonly by?: string;
  /** The whole of that word. */
  readonly answer?: Answer;
  readonly edits: readonly Edit[];
}

/** Folds the findings in the order of asking: the first that decides does so, edits add up. */
export function settle(findings: readonly Finding[]): Settled {
  const judged = findings.filter((finding) => finding.kind === "judged");
  const edits = judged.flatMap((finding) => answerOf(finding)?.edits ?? []);
  const decisive = judged.find(isDecisive);
  if (decisive === undefined) return { decision: passed, edits };
  const answer = answerOf(decisive);
  const settled = { decision: decisionOf(decisive), by: decisive.plugin, edits };
  return answer === undefined ? settled : { ...settled, answer };
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

function decisionOf({ ruling, result }: Judged): Decision {
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
