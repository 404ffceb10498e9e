// Says what a turn came to: every refusal ends in the code under which its reasons are kept.

import type { Session } from "../smtp/session.ts";
import type { Outcome } from "../smtp/step.ts";
import type { Talk } from "./talk.ts";

/** `before` is the session that the turn began with: what ends a transaction is still told as part of it. */
export function tell({ wire, desk: { receipts, log }, trail, watch }: Talk, before: Session, turn: Outcome): void {
  const { session, reply, others = [] } = turn;
  const all = [reply, ...others];
  const code = (before.transaction ?? session.transaction)?.id ?? session.id;
  for (const each of all) wire.say(each, receipts.inReplies ? code : undefined);
  trail.told(before, session, all);
  watch?.told(before, session, all);
  const refusal = all.find((each) => each.code >= 400);
  if (refusal === undefined) return;
  const transaction = (before.transaction ?? session.transaction)?.id;
  const text = refusal.lines.join(" ");
  log("debug", "refused", { session: session.id, transaction, code: refusal.code, text }, "refused");
}
