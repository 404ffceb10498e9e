// What a client has earned in this session: marks in its favour, a score, and refusals that wait for their time. A value.

import type { Mailbox, Mark } from "../../sdk/contract/event.ts";
import type { Refusal } from "../../sdk/contract/verdict.ts";
import type { Policy } from "./policy.ts";

export interface Standing {
  readonly marks: readonly Mark[];
  readonly score: number;
  /** In the order in which they were found. */
  readonly pending: readonly Pending[];
}

/** A refusal that is told later, unless the client has become immune to its plugin by then. */
export interface Pending {
  readonly plugin: string;
  readonly refusal: Refusal;
  readonly immune: readonly Mark[];
}

export const newcomer: Standing = { marks: [], score: 0, pending: [] };

/** A client cannot earn so much of either that the next deed does not count. */
const mostScore = 1000;

export function marked(standing: Standing, marks: readonly Mark[]): Standing {
  const added = marks.filter((mark, index) => !standing.marks.includes(mark) && marks.indexOf(mark) === index);
  return added.length === 0 ? standing : { ...standing, marks: [...standing.marks, ...added] };
}

/** Without what follows from the session: STARTTLS makes it forget who the client proved to be. RFC 3207 §4.2. */
export function unproved(standing: Standing): Standing {
  if (!standing.marks.includes("authenticated")) return standing;
  return { ...standing, marks: standing.marks.filter((mark) => mark !== "authenticated") };
}

export function scored(standing: Standing, by: number): Standing {
  if (by === 0) return standing;
  return { ...standing, score: Math.max(-mostScore, Math.min(mostScore, standing.score + by)) };
}

/** The first refusal of a plugin is enough. */
export function remembering(standing: Standing, pending: Pending): Standing {
  if (standing.pending.some(({ plugin }) => plugin === pending.plugin)) return standing;
  return { ...standing, pending: [...standing.pending, pending] };
}

/** The mark that keeps a plugin from being asked about this client. */
export function exemption(standing: Standing, { immune }: Pick<Policy, "immune">): Mark | undefined {
  return immune.find((mark) => standing.marks.includes(mark));
}

/** The first refusal that is due; none is for mail to those alone who must be reached in any case. RFC 5321 §4.5.1. */
export function due(standing: Standing, recipients: readonly Mailbox[]): Pending | undefined {
  if (recipients.length > 0 && recipients.every(isReachable)) return undefined;
  return standing.pending.find(({ immune }) => exemption(standing, { immune }) === undefined);
}

function isReachable({ localPart }: Mailbox): boolean {
  return /^(?:postmaster|abuse)$/i.test(localPart);
}
