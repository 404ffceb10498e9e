// Whom a question is about, and which marks therefore count: what one recipient may, another may not. Pure.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Mailbox, Mark } from "../../sdk/contract/event.ts";
import { isFor, type Policy } from "./policy.ts";
import { stanceFor } from "./recipient_rules.ts";
import { type Standing, union } from "./standing.ts";

/** Where a transaction can be refused, in its order: there its marks count, and those of its recipients. */
export const transactionHooks = ["mail", "rcpt", "data", "data_headers_end", "data_post", "queue"] as const;
export type TransactionHook = (typeof transactionHooks)[number];

export interface About {
  readonly hook: HookName;
  /** The recipient of RCPT, or all that are accepted. */
  readonly recipients: readonly Mailbox[];
  /** The place of each among the accepted ones, from 0; RCPT's is the next. */
  readonly places: readonly number[];
}

/** What the operator's policy of a plugin says about a question: whom its word is about, or why it is not asked. */
export type Concern =
  | { readonly kind: "all" }
  /** Indices into `About.recipients`, at least one. */
  | { readonly kind: "some"; readonly indices: readonly number[] }
  | { readonly kind: "immune"; readonly mark: Mark }
  | { readonly kind: "others" }
  /** All that it would speak of want nothing of it. */
  | { readonly kind: "off" };

/** The same question about some of its recipients. */
export function only(about: About, indices: readonly number[]): About {
  if (indices.length === about.recipients.length) return about;
  const kept = new Set(indices);
  const isKept = (_: unknown, index: number): boolean => kept.has(index);
  return { ...about, recipients: about.recipients.filter(isKept), places: about.places.filter(isKept) };
}

export function isTransactionHook(hook: HookName): hook is TransactionHook {
  return transactionHooks.some((each) => each === hook);
}

/** The marks that count for all of the question: those that every recipient has. */
export function commonMarks(standing: Standing, about: About): readonly Mark[] {
  const { marks, recipientMarks } = standing;
  if (!isTransactionHook(about.hook)) return marks;
  const [first, ...others] = about.recipients;
  const shared = union(marks, standing.transactionMarks);
  // Mostly nobody has one of his own.
  if (first === undefined || recipientMarks.length === 0) return shared;
  return marksOf(standing, about, 0).filter((mark) => {
    return others.every((_, index) => marksOf(standing, about, index + 1).includes(mark));
  });
}

/** The marks that count for one of the recipients, by index. */
export function marksOf(standing: Standing, { hook, places }: About, index: number): readonly Mark[] {
  if (!isTransactionHook(hook)) return standing.marks;
  const shared = union(standing.marks, standing.transactionMarks);
  return union(shared, standing.recipientMarks[places[index] ?? -1] ?? []);
}

/** The mark that keeps a plugin from being asked. */
export function exemption(marks: readonly Mark[], { immune }: Pick<Policy, "immune">): Mark | undefined {
  return immune.find((mark) => marks.includes(mark));
}

/** What of a policy says whom a plugin speaks of. */
type Addressed = Pick<Policy, "immune" | "for"> & Partial<Pick<Policy, "mode" | "byRecipient">>;

/** A plugin speaks of those recipients that it is for, that do not do without it and that are not immune to it. */
export function concernOf(policy: Addressed, standing: Standing, about: About): Concern {
  const mark = exemption(commonMarks(standing, about), policy);
  if (mark !== undefined) return { kind: "immune", mark };
  const isPlain = policy.for.length === 0 && policy.byRecipient === undefined;
  if (isPlain && standing.recipientMarks.length === 0) return { kind: "all" };
  if (about.recipients.length === 0) return policy.for.length === 0 ? { kind: "all" } : { kind: "others" };
  const its = [...about.recipients.entries()].filter(([, mailbox]) => isFor(policy.for, mailbox));
  const wanting = its.filter(([, mailbox]) => !isOff(policy, about.hook, mailbox));
  if (wanting.length === 0 && its.length > 0) return { kind: "off" };
  const indices = wanting.map(([index]) => index).filter((index) => {
    return exemption(marksOf(standing, about, index), policy) === undefined;
  });
  if (indices.length > 0) {
    return indices.length === about.recipients.length ? { kind: "all" } : { kind: "some", indices };
  }
  const [spared] = wanting.map(([index]) => exemption(marksOf(standing, about, index), policy));
  return spared === undefined ? { kind: "others" } : { kind: "immune", mark: spared };
}

/** Only where a transaction can be refused: elsewhere its recipients have no say. */
function isOff({ mode = "enforce", byRecipient }: Addressed, hook: HookName, mailbox: Mailbox): boolean {
  if (byRecipient === undefined || !isTransactionHook(hook)) return false;
  return stanceFor({ mode, byRecipient }, mailbox).mode === "off";
}
