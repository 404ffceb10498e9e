// Every refusal that a client has heard stands in the store under its code, with whose it was and why.

import assert from "node:assert/strict";
import { explainRecord } from "../../src/receipts/explain.ts";
import type { DecisionRecord, ReplyStep } from "../../src/receipts/record.ts";

/** The last line of a refusal, without its code. */
export interface Receipt {
  readonly code: string;
  readonly text: string;
}

/** Replies of the server that say themselves what was wrong; all others need a reason beside them. */
const tellsNothing =
  /^\d{3} (?:[45]\.\d+\.\d+ )?(?:.* denied(?: for now.*| now.*)?$|.*not accepted|Internal error|Authentication credentials|Authentication cannot|A check could|The next server said no more|No help here|Try again later)/;

/** Throws at the first refusal that the store cannot explain. */
export function judgeReceipts(receipts: readonly Receipt[], records: readonly DecisionRecord[]): void {
  for (const { code, text } of receipts) {
    const record = records.find(({ id }) => id === code);
    assert.ok(record !== undefined, `nothing is kept under ${code}: ${text}`);
    const told = record.steps.filter((step) => "reply" in step).find((step) => isOf(step, text));
    assert.ok(told !== undefined, `${text} is not in the record:\n${explainRecord(record).join("\n")}`);
    const known = told.by !== "server" || told.why !== undefined || !tellsNothing.test(text);
    assert.ok(known, `refused without a reason:\n${explainRecord(record).join("\n")}`);
  }
}

/** The last line of several ends the text. */
function isOf({ reply, text }: ReplyStep, line: string): boolean {
  const said = line.slice(4).replace(/^[45]\.\d{1,3}\.\d{1,3} /, "");
  return String(reply) === line.slice(0, 3) && text.replace(/[^\x20-\x7e]/g, "?").endsWith(said);
}
