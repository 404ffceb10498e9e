// The outcome of a step, for tests of commands that have one at once.

import type { Decision } from "../../src/smtp/decision.ts";
import type { Offer } from "../../src/smtp/extensions.ts";
import { proceed } from "../../src/smtp/proceed.ts";
import type { Outcome, Step } from "../../src/smtp/step.ts";

/** Settles a question by `decision`; the outcome of a refused BDAT is its refusal. Anything else is a test's mistake. */
export function outcomeOf(step: Step, decision: Decision, offer: Offer): Outcome {
  const settled = step.kind === "question" ? proceed(step, decision, offer) : step;
  if (settled.kind === "outcome") return settled;
  if (settled.kind === "chunk" && settled.refusal !== undefined) return settled.refusal;
  throw new Error(`a ${settled.kind} has no outcome yet`);
}
