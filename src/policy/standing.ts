// What a client has earned in this session: marks in its favour, a score, and refusals that wait for their time. A value.

import type { Mark } from "../../sdk/contract/event.ts";
import type { Refusal } from "../../sdk/contract/verdict.ts";
import type { Policy } from "./policy.ts";

export interface Standing {
  /** For the session. */
  readonly marks: readonly Mark[];
  /** For the transaction under way. */
  readonly transactionMarks: readonly Mark[];
  /** For each recipient of it by itself, by place among the accepted ones; behind the last come those without any. */
  readonly recipientMarks: readonly (readonly Mark[])[];
  readonly score: number;
  /** In the order in which they were found. */
  readonly pending: readonly Pending[];
}

/** A refusal that is told later, unless the client has become immune to its plugin by then. */
export interface Pending {
  readonly plugin: string;
  readonly refusal: Refusal;
  readonly immune: readonly Mark[];
  /** The plugin's policy where recipients have a say; absent: it is told to all. */
  readonly told?: Pick<Policy, "mode" | "as" | "byRecipient">;
  /** It is told as it is, in whatever manner recipients want theirs: a check that could not be made. */
  readonly isFirm?: boolean;
  /** Found in the transaction under way, with which it ends: who names a bad reverse-path may name a good one next. */
  readonly inTransaction?: boolean;
}

export const newcomer: Standing = { marks: [], transactionMarks: [], recipientMarks: [], score: 0, pending: [] };

/** A client cannot earn so much of either that the next deed does not count. */
const mostScore = 1000;

/** These marks hold to the end of the session. */
export function marked(standing: Standing, marks: readonly Mark[]): Standing {
  const all = union(standing.marks, marks);
  return all === standing.marks ? standing : { ...standing, marks: all };
}

/** These marks end with the transaction. */
export function markedForTransaction(standing: Standing, marks: readonly Mark[]): Standing {
  const all = union(standing.transactionMarks, marks);
  return all === standing.transactionMarks ? standing : { ...standing, transactionMarks: all };
}

/** These are the recipient's alone that will stand at `place` among the accepted ones, if it is accepted. */
export function markedForRecipient(standing: Standing, marks: readonly Mark[], place: number): Standing {
  const before = standing.recipientMarks;
  const all = union(before[place] ?? [], marks);
  if (all.length === 0) return standing;
  const none = Array.from({ length: Math.max(0, place - before.length) }, (): readonly Mark[] => []);
  return { ...standing, recipientMarks: [...before.slice(0, place), ...none, all, ...before.slice(place + 1)] };
}

/** A recipient is asked about anew: whoever stood at that place before was refused, and its marks are not his. */
export function withoutRecipient(standing: Standing, place: number): Standing {
  if (standing.recipientMarks.length <= place) return standing;
  return { ...standing, recipientMarks: standing.recipientMarks.slice(0, place) };
}

/** There is no transaction, or not yet. */
export function withoutTransaction(standing: Standing): Standing {
  const { transactionMarks, recipientMarks, pending } = standing;
  const left = pending.filter(({ inTransaction }) => inTransaction !== true);
  if (transactionMarks.length + recipientMarks.length === 0 && left.length === pending.length) return standing;
  return { ...standing, transactionMarks: [], recipientMarks: [], pending: left };
}

/** Without what follows from the session: STARTTLS makes it forget who the client proved to be. RFC 3207 §4.2. */
export function unproved(standing: Standing): Standing {
  if (!standing.marks.includes("authenticated")) return standing;
  return { ...standing, marks: standing.marks.filter((mark) => mark !== "authenticated") };
}

/** `by` is added to the score; it may be negative. */
export function scored(standing: Standing, by: number): Standing {
  if (by === 0) return standing;
  return { ...standing, score: Math.max(-mostScore, Math.min(mostScore, standing.score + by)) };
}

/** The first refusal of a plugin is enough. */
export function remembering(standing: Standing, pending: Pending): Standing {
  if (standing.pending.some(({ plugin }) => plugin === pending.plugin)) return standing;
  return { ...standing, pending: [...standing.pending, pending] };
}

/** The very first, if nothing is new. */
export function union(first: readonly Mark[], second: readonly Mark[]): readonly Mark[] {
  const added = second.filter((mark, index) => !first.includes(mark) && second.indexOf(mark) === index);
  return added.length === 0 ? first : [...first, ...added];
}
