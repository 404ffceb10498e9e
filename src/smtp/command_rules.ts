// The order of commands as a table. RFC 5321 §4.1.4.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Verb } from "./command.ts";

/**
 * What can be true of a session: an accepted hello, MAIL, RCPT or BDAT; `secured` and `entitled` are also true where the
 * listener does not ask for TLS or AUTH; `encrypted` and `authenticated` only if it happened.
 */
export type Need = "hello" | "secured" | "entitled" | "transaction" | "recipient";
export type Hindrance = "encrypted" | "authenticated" | "transaction" | "chunks";

export interface CommandRule {
  /** All of these, in this order, or the reply is that of the first that is missing. */
  readonly needs?: readonly Need[];
  /** None of these, or the reply is 503. */
  readonly forbids?: readonly Hindrance[];
  /** The hook that decides about a legal command; without one the command succeeds. */
  readonly asks?: HookName;
  /** Given up when the command succeeds. */
  readonly clears?: "transaction";
  /**
   * What follows is another language or another session, so a client that does not wait for the reply may be somebody
   * who smuggles commands through another server. RFC 2920 §3.1.
   */
  readonly waits?: true;
}

// NOOP, HELP, VRFY and RSET need no hello: RFC 5321 §4.1.4. Only STARTTLS and what is here before it needs no TLS: RFC
// 3207 §4.
export const commandRules: { readonly [V in Verb | "unrecognized"]: CommandRule } = {
  EHLO: { asks: "ehlo", clears: "transaction", waits: true },
  HELO: { asks: "helo", clears: "transaction", waits: true },
  LHLO: { asks: "ehlo", clears: "transaction", waits: true },
  STARTTLS: { forbids: ["encrypted", "transaction"] },
  RSET: { clears: "transaction" },
  NOOP: { asks: "noop" },
  HELP: { asks: "help" },
  QUIT: { asks: "quit" },
  AUTH: { needs: ["hello", "secured"], forbids: ["authenticated", "transaction"], waits: true },
  MAIL: { needs: ["hello", "secured", "entitled"], forbids: ["transaction"], asks: "mail" },
  RCPT: { needs: ["hello", "secured", "transaction"], forbids: ["chunks"], asks: "rcpt" },
  DATA: { needs: ["hello", "secured", "transaction", "recipient"], forbids: ["chunks"], asks: "data", waits: true },
  BDAT: { needs: ["hello", "secured", "transaction", "recipient"], asks: "data" },
  VRFY: { needs: ["secured"], asks: "vrfy" },
  XCLIENT: { forbids: ["transaction"], waits: true },
  XFORWARD: { forbids: ["transaction"] },
  unrecognized: { asks: "unrecognized_command" },
};
