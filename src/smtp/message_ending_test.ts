// What the client is told at the end of its message, and that the transaction is over then.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { type Decision, passed } from "./decision.ts";
import { type Ending, endMessage, tookChunk } from "./end_message.ts";
import type { Offer } from "./extensions.ts";
import type { MessageEnding } from "./message_ending.ts";
import { type Session, untrusted } from "./session.ts";
import type { Transaction } from "./transaction.ts";
import { testOffer } from "../../test/support/offers.ts";

const offer: Offer = {
  ...testOffer,
  maxMessageSize: 1000,
  maxRecipients: 2,
  maxRefusals: 10,
};
const accept: Decision = { verdict: "accept", text: [], disconnect: false };
const reject: Decision = { verdict: "reject", text: ["No"], disconnect: false };
const defer: Decision = { verdict: "defer", text: ["Later"], disconnect: false };
const session: Session = {
  id: "s",
  client: { address: "192.0.2.1", port: 1234 },
  server: { address: "192.0.2.2", port: 25 },
  hello: { verb: "EHLO", name: "client.test" },
  transaction: {
    id: "s.1",
    reversePath: null,
    forwardPaths: [{ localPart: "c", domain: "d.test" }],
    parameters: {},
    refusedRecipients: 0,
  },
  trust: untrusted,
  commands: 0,
  failedAttempts: 0,
  refusals: 0,
  transactions: 1,
};

const endings: readonly (readonly [ending: MessageEnding, result: string])[] = [
  [{ kind: "accepted" }, "250 2.0.0 command"],
  [{ kind: "accepted", text: ["Thanks"] }, "250 2.0.0 command"],
  [{ kind: "refused", decision: reject }, "550 5.7.1 command"],
  [{ kind: "refused", decision: defer }, "451 4.7.1 command"],
  [{ kind: "refused", decision: { ...reject, disconnect: true } }, "550 5.7.1 close"],
  [{ kind: "refused", decision: { ...defer, disconnect: true } }, "421 4.7.0 close"],
  [{ kind: "refused", decision: passed }, "451 4.3.0 command"],
  [{ kind: "refused", decision: accept }, "451 4.3.0 command"],
  [{ kind: "tooLarge" }, "552 5.3.4 command"],
  [{ kind: "tooManyHeaderFields" }, "552 5.3.4 command"],
  [{ kind: "loop" }, "554 5.4.6 command"],
  [{ kind: "brokenLines" }, "550 5.5.2 close"],
  [{ kind: "nul" }, "550 5.6.0 close"],
  [{ kind: "storageFull" }, "452 4.3.1 command"],
  [{ kind: "failed" }, "451 4.3.0 command"],
  [{ kind: "nextHop", code: 250, text: ["ok"] }, "250 2.0.0 command"],
  [{ kind: "nextHop", code: 550, status: "5.1.1", text: ["no"] }, "550 5.1.1 command"],
  [{ kind: "nextHop", code: 452, status: "5.1.1", text: [] }, "452 4.0.0 command"],
  [{ kind: "nextHop", code: 421, status: "4.3.2", text: ["bye"] }, "451 4.3.2 command"],
  [{ kind: "nextHop", code: 354, text: ["go"] }, "451 4.3.0 command"],
  [{ kind: "nextHop", code: 999, text: ["?"] }, "451 4.3.0 command"],
];

for (const [ending, result] of endings) {
  test(`${JSON.stringify(ending).slice(0, 80)}: ${result}`, () => {
    const { reply, next, session: after } = endMessage(session, ending, offer);
    equal(`${reply.code} ${reply.status ?? "-"} ${next}`, result);
    equal(reply.lines.length > 0, true);
    const { transaction: _ended, ...rest } = session;
    deepEqual(after, { ...rest, refusals: reply.code >= 400 ? 1 : 0 });
  });
}

test("the words of plugins and of the next hop reach the client, and without any the id does", () => {
  const lines = (ending: MessageEnding): readonly string[] => endMessage(session, ending, offer).reply.lines;
  deepEqual(lines({ kind: "accepted" }), ["Queued as s.1"]);
  deepEqual(lines({ kind: "accepted", text: ["Thanks"] }), ["Thanks"]);
  deepEqual(lines({ kind: "refused", decision: reject }), ["No"]);
  deepEqual(lines({ kind: "nextHop", code: 550, text: ["no", "such"] }), ["no", "such"]);
});

test("LMTP: one reply for each recipient, and one that is refused counts once", () => {
  const lmtp = { ...offer, mode: "lmtp" } as const;
  const [a, b] = [{ localPart: "a", domain: "b.test" }, { localPart: "c", domain: "d.test" }];
  const two = { ...session, transaction: { ...transactionOf(session), forwardPaths: [a, b] } };
  const codes = (ending: Ending): readonly number[] => {
    const { reply, others = [] } = endMessage(two, ending, lmtp);
    return [reply, ...others].map(({ code }) => code);
  };
  deepEqual(codes({ kind: "accepted" }), [250, 250]);
  deepEqual(codes({ kind: "tooLarge" }), [552, 552]);
  const each: Ending = { kind: "each", endings: [{ kind: "storageFull" }, { kind: "accepted" }] };
  deepEqual(codes(each), [452, 250]);
  equal(endMessage(two, each, lmtp).session.refusals, 1);
  equal(endMessage(two, { kind: "accepted" }, offer).others, undefined);
});

test("a piece of BDAT is counted and answered", () => {
  const one = tookChunk(session, 10);
  equal(one.reply.code, 250);
  equal(tookChunk(one.session, 5).session.transaction?.chunked, 15);
});

function transactionOf({ transaction }: Session): Transaction {
  if (transaction === undefined) throw new Error("the test's session has no transaction");
  return transaction;
}
