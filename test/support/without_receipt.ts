// A refusal as the server words it, without the code that ends it.

import assert from "node:assert/strict";

/** The code that ends a refusal; throws if there is none. */
export function receiptOf(reply: string): string {
  const [, code] = / \(([0-9a-z]{7}-[0-9a-z]{7,}(?:\.\d+)?)\)$/.exec(reply) ?? [];
  return code ?? assert.fail(`a refusal without its code: ${reply}`);
}

/** The rest of it; throws if there is none. */
export function withoutReceipt(reply: string): string {
  return reply.slice(0, -` (${receiptOf(reply)})`.length);
}
