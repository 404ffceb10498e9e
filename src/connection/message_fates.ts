// What becomes of a message for each of its recipients, step by step: what plugins decide, then what delivery says. Pure.

import type { Delivered, DeliveryResult, OutgoingMessage } from "../delivery/delivery.ts";
import { type Fate as Word, isRefusal, type Settled } from "../hooks/settle.ts";
import type { Ending } from "../smtp/end_message.ts";
import type { MessageEnding } from "../smtp/message_ending.ts";
import type { Session } from "../smtp/session.ts";
import { sameMailbox } from "../spool/edit_envelope.ts";

/** Of one recipient, or of all that it is given to. */
export interface Fate {
  readonly ending: MessageEnding;
  /** For the log alone. */
  readonly why?: string;
}

export interface Fates {
  /** With those recipients alone that nothing is decided about yet. */
  readonly session: Session;
  /** Theirs among the accepted ones, in order. */
  readonly places: readonly number[];
  readonly decided: ReadonlyMap<number, Fate>;
}

/** Of a message about which nobody has said anything. */
export function allUndecided(session: Session): Fates {
  const places = (session.transaction?.forwardPaths ?? []).map((_, place) => place);
  return { session, places, decided: new Map() };
}

/** Plugins refuse for all, or for some; at `queue` they may have taken the message. */
export function afterPlugins(fates: Fates, hook: "data_post" | "queue", settled: Settled): Fates {
  const { each } = settled;
  if (each !== undefined) return decide(fates, (index) => fateOfWord(each[index] ?? settled, hook));
  const common = fateOfWord(settled, hook);
  return decide(fates, () => common);
}

/** LMTP: each recipient has its own, but one that plugins removed is taken as they wanted. */
export function afterDelivery(fates: Fates, { envelope }: OutgoingMessage, delivered: Delivered): Fates {
  if (delivered.kind !== "each") {
    const common = fateOfResult(delivered);
    return decide(fates, () => common);
  }
  const paths = fates.session.transaction?.forwardPaths ?? [];
  return decide(fates, (index) => {
    const path = paths[index];
    const at = path === undefined ? -1 : envelope.forwardPaths.findIndex((other) => sameMailbox(path, other));
    const result = delivered.results[at];
    return result === undefined ? { ending: { kind: "accepted" } } : fateOfResult(result);
  });
}

/** One fate for all that are left. */
export function allTheSame(fates: Fates, fate: Fate): Fates {
  return decide(fates, () => fate);
}

/** Of the whole message: one fate if all share it, otherwise one for each in the order of RCPT. */
export function endingOf({ decided }: Fates): { readonly ending: Ending; readonly why?: string } {
  const fates = [...decided.entries()].sort(([one], [other]) => one - other).map(([, fate]) => fate);
  const [first = { ending: { kind: "failed" }, why: "nothing was decided about it" } as const] = fates;
  if (fates.every((fate) => fate === first)) return first;
  const why = [...new Set(fates.map((fate) => fate.why).filter((why) => why !== undefined))].join("; ");
  const ending = { kind: "each", endings: fates.map((fate) => fate.ending) } as const;
  return why === "" ? { ending } : { ending, why };
}

function decide({ session, places, decided }: Fates, fateAt: (index: number) => Fate | undefined): Fates {
  const now = new Map(decided);
  for (const [index, place] of places.entries()) {
    const fate = fateAt(index);
    if (fate !== undefined) now.set(place, fate);
  }
  const isLeft = (_: unknown, index: number): boolean => !now.has(places[index] ?? -1);
  const { transaction } = session;
  const left = transaction && { ...transaction, forwardPaths: transaction.forwardPaths.filter(isLeft) };
  return {
    session: left === undefined ? session : { ...session, transaction: left },
    places: places.filter(isLeft),
    decided: now,
  };
}

function fateOfWord(word: Word, hook: "data_post" | "queue"): Fate | undefined {
  const { decision, by } = word;
  if (isRefusal(word)) return { ending: { kind: "refused", decision } };
  if (hook === "data_post" || decision.verdict !== "accept") return undefined;
  return { ending: { kind: "accepted", text: decision.text }, why: `taken by plugin ${by}` };
}

function fateOfResult(delivered: DeliveryResult): Fate {
  switch (delivered.kind) {
    case "taken":
      return delivered.text === undefined
        ? { ending: { kind: "accepted" } }
        : { ending: { kind: "accepted" }, why: delivered.text };
    case "refused": {
      const { code, status, text, reason } = delivered;
      const ending: MessageEnding = { kind: "nextHop", code, text, ...(status === undefined ? {} : { status }) };
      return reason === undefined ? { ending } : { ending, why: reason };
    }
    case "full":
      return { ending: { kind: "storageFull" } };
    case "failed":
      return { ending: { kind: "failed" }, why: delivered.message };
  }
}
