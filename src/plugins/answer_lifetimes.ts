// Does what an answer wants remembered have a place at this hook: marks and notes of a recipient, marks of a transaction? Pure.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Answer } from "../../sdk/contract/verdict.ts";

const transactionHooks: readonly HookName[] = ["mail", "rcpt", "data", "data_headers_end", "data_post", "queue"];

/** Why not, beginning with the place in the answer. */
export function wrongLifetime(hook: HookName, { notes, marksFor }: Answer): string | undefined {
  if (hook !== "rcpt" && notes?.recipient !== undefined) return "notes.recipient has a recipient at rcpt alone";
  if (hook !== "rcpt" && marksFor === "recipient") return "marksFor has a recipient at rcpt alone";
  if (marksFor === "transaction" && !transactionHooks.includes(hook)) {
    return "marksFor has a transaction from mail to queue alone";
  }
  return undefined;
}
