// What the operator lays down for all plugins together: when late refusals are told, and which scores are too bad.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Mailbox } from "../../sdk/contract/event.ts";
import type { Refusal } from "../../sdk/contract/verdict.ts";
import { due, type Standing } from "./standing.ts";

/** Where late refusals can be told, in the order of a transaction. */
export const latePoints = ["mail", "rcpt", "data", "data_headers_end", "data_post", "queue"] as const;
export type LatePoint = (typeof latePoints)[number];

export interface Terms {
  /** At this hook and after it a late refusal is told at once. */
  readonly late: LatePoint;
  /** A session whose score is not above it is refused at this hook; clients with a mark are not. */
  readonly thresholds: { readonly [H in LatePoint]?: number };
}

export const plainTerms: Terms = { late: "rcpt", thresholds: {} };

/** Is it too late to be late? */
export function isReached({ late }: Terms, hook: HookName): boolean {
  const at = latePoints.findIndex((point) => point === hook);
  return at !== -1 && at >= latePoints.indexOf(late);
}

/** A refusal that the session has earned before, with who found it. */
export interface Earned {
  readonly by: string;
  readonly refusal: Refusal;
}

/** To be asked before the plugins are: what is refused anyway costs no calls. `recipients`: whom the question is about. */
export function earned(
  standing: Standing,
  terms: Terms,
  hook: HookName,
  recipients: readonly Mailbox[],
): Earned | undefined {
  if (!isLatePoint(hook)) return undefined;
  const threshold = terms.thresholds[hook];
  if (threshold !== undefined && standing.score <= threshold && standing.marks.length === 0) {
    return { by: "policy", refusal: tooBad };
  }
  const pending = isReached(terms, hook) ? due(standing, recipients) : undefined;
  return pending === undefined ? undefined : { by: pending.plugin, refusal: pending.refusal };
}

const tooBad: Refusal = { verdict: "reject", text: "There were too many signs of abuse in this session" };

function isLatePoint(hook: HookName): hook is LatePoint {
  return latePoints.some((point) => point === hook);
}
