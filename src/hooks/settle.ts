// From what the plugins of a chain found to the one decision of the hook. Pure.

import type { OnError } from "../../sdk/contract/manifest.ts";
import type { Answer, Edit, Text, Verdict } from "../../sdk/contract/verdict.ts";
import { type Decision, passed } from "../smtp/decision.ts";
import type { CallResult } from "./askable.ts";

/** A plugin's result with what the operator wants done if it failed. */
export interface Finding {
  readonly plugin: string;
  readonly onError: OnError;
  readonly result: CallResult;
}

/** What a hook came to: the decision, who made it, and the edits of all who were asked. */
export interface Settled {
  readonly decision: Decision;
  /** The plugin whose word ended the chain; absent if all passed. */
  readonly by?: string;
  /** The whole of that word. */
  readonly answer?: Answer;
  readonly edits: readonly Edit[];
}

/** The word of a plugin that failed: what its `onError` says. The client learns no more than that it may try again. */
const failed: { readonly [O in OnError]: Verdict } = {
  pass: { verdict: "pass" },
  defer: { verdict: "defer", code: 451, status: "4.3.0", text: "A check could not be made, please try again later" },
  reject: { verdict: "reject", code: 554, status: "5.3.0", text: "A check could not be made" },
};

/** Does this finding end the chain? Only `pass` lets the next plugin speak. */
export function isDecisive(finding: Finding): boolean {
  return verdictOf(finding).verdict !== "pass";
}

/** Folds the findings in the order of asking: the first that is not `pass` decides, edits add up. */
export function settle(findings: readonly Finding[]): Settled {
  const decisive = findings.find(isDecisive);
  const edits = findings.flatMap((finding) => answerOf(finding)?.edits ?? []);
  if (decisive === undefined) return { decision: passed, edits };
  const answer = answerOf(decisive);
  const settled = { decision: toDecision(verdictOf(decisive)), by: decisive.plugin, edits };
  return answer === undefined ? settled : { ...settled, answer };
}

function answerOf({ result }: Finding): Answer | undefined {
  return result.kind === "answered" ? result.answer : undefined;
}

function verdictOf(finding: Finding): Verdict {
  return answerOf(finding) ?? failed[finding.onError];
}

function toDecision(verdict: Verdict): Decision {
  if (verdict.verdict === "pass") return passed;
  if (verdict.verdict === "accept") return { verdict: "accept", text: linesOf(verdict.text), disconnect: false };
  return {
    verdict: verdict.verdict,
    text: linesOf(verdict.text),
    ...(verdict.code === undefined ? {} : { code: verdict.code }),
    ...(verdict.status === undefined ? {} : { status: verdict.status }),
    disconnect: verdict.disconnect ?? false,
  };
}

function linesOf(text: Text | undefined): readonly string[] {
  if (text === undefined) return [];
  return typeof text === "string" ? [text] : text;
}
