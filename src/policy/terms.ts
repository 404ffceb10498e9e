// What the operator lays down for all plugins together: when late refusals are told, and which scores are too bad. Pure.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Mailbox } from "../../sdk/contract/event.ts";
import type { Refusal } from "../../sdk/contract/verdict.ts";
import { tooMuchAbuse } from "../smtp/replies.ts";
import {
  type About,
  commonMarks,
  exemption,
  isTransactionHook,
  marksOf,
  only,
  type TransactionHook,
  transactionHooks,
} from "./about.ts";
import { stanceFor } from "./recipient_rules.ts";
import { inManner, strictestRefusal } from "./ruling.ts";
import type { Pending, Standing } from "./standing.ts";

/** Where late refusals can be told, in the order of a transaction. */
export const latePoints: typeof transactionHooks = transactionHooks;
export type LatePoint = TransactionHook;

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

/** What is refused anyway costs no calls; but a plugin that may give a mark is asked before. */
export function earned(standing: Standing, terms: Terms, about: About): Earned | undefined {
  const { hook } = about;
  if (!isTransactionHook(hook)) return undefined;
  const threshold = terms.thresholds[hook];
  if (threshold !== undefined && standing.score <= threshold && !isMarked(standing, about)) {
    return { by: "policy", refusal: { verdict: "reject", text: tooMuchAbuse().lines } };
  }
  const pending = isReached(terms, hook) ? due(standing, about) : undefined;
  return pending === undefined ? undefined : { by: pending.plugin, refusal: toldTo(pending, standing, about) };
}

/** In the strictest of the manners that those want to whom it is due. */
function toldTo(pending: Pending, standing: Standing, about: About): Refusal {
  const { refusal, told, isFirm = false } = pending;
  if (told?.byRecipient === undefined || isFirm) return refusal;
  const due = about.recipients.filter((_, index) => isDueTo(pending, standing, about, index));
  return strictestRefusal(due.map((recipient) => {
    const { as } = stanceFor(told, recipient);
    return as === undefined || as === told.as ? refusal : inManner(refusal, as);
  })) ?? refusal;
}

/** Is everything refused anyway? `perRecipient`: each recipient has its own fate. */
export function isDue(standing: Standing, terms: Terms, about: About, perRecipient: boolean): boolean {
  if (!perRecipient) return earned(standing, terms, about) !== undefined;
  return about.recipients.every((_, index) => earned(standing, terms, only(about, [index])) !== undefined);
}

/** The first refusal that is due to somebody; none is for those who must be reached in any case. RFC 5321 §4.5.1. */
export function due(standing: Standing, about: About): Pending | undefined {
  const { recipients } = about;
  return standing.pending.find((pending) => {
    const { told } = pending;
    if (recipients.length === 0) {
      return told?.mode !== "monitor" && exemption(commonMarks(standing, about), pending) === undefined;
    }
    return recipients.some((_, index) => isDueTo(pending, standing, about, index));
  });
}

function isDueTo({ told, immune }: Pending, standing: Standing, about: About, index: number): boolean {
  const recipient = about.recipients[index];
  if (recipient === undefined || isReachable(recipient) || !isWanted(told, recipient)) return false;
  return exemption(marksOf(standing, about, index), { immune }) === undefined;
}

/** Whoever does without the plugin, or only looks on, hears of nothing that it found earlier. */
function isWanted(told: Pending["told"], recipient: Mailbox): boolean {
  if (told === undefined) return true;
  const { mode } = stanceFor(told, recipient);
  return mode === "late" || mode === "enforce";
}

function isMarked(standing: Standing, about: About): boolean {
  if (about.recipients.length === 0) return commonMarks(standing, about).length > 0;
  return about.recipients.every((_, index) => marksOf(standing, about, index).length > 0);
}

function isReachable({ localPart }: Mailbox): boolean {
  return /^(?:postmaster|abuse)$/i.test(localPart);
}
