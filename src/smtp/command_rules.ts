// The order of commands as a table. RFC 5321 §4.1.4.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Verb } from "./command.ts";

/** What a session can have: an accepted hello, an accepted MAIL, an accepted RCPT. */
export type Fact = "hello" | "transaction" | "recipient";

export interface CommandRule {
  /** All of these, or the reply is 503. */
  readonly needs?: readonly Fact[];
  /** None of these, or the reply is 503. */
  readonly forbids?: readonly Fact[];
  /** The hook that decides about a legal command; without one the command succeeds. */
  readonly asks?: HookName;
  /** Given up when the command succeeds. */
  readonly clears?: "transaction";
  /** Must be the last of a pipelined group, so replies are sent after it at the latest. RFC 2920 §3.1. */
  readonly endsGroup?: true;
}

// NOOP, HELP, VRFY and RSET need no hello: RFC 5321 §4.1.4.
export const commandRules: { readonly [V in Verb | "unrecognized"]: CommandRule } = {
  EHLO: { asks: "ehlo", clears: "transaction", endsGroup: true },
  HELO: { asks: "helo", clears: "transaction", endsGroup: true },
  MAIL: { needs: ["hello"], forbids: ["transaction"], asks: "mail" },
  RCPT: { needs: ["hello", "transaction"], asks: "rcpt" },
  DATA: { needs: ["hello", "transaction", "recipient"], asks: "data", endsGroup: true },
  RSET: { clears: "transaction" },
  NOOP: { asks: "noop", endsGroup: true },
  HELP: { asks: "help" },
  VRFY: { asks: "vrfy", endsGroup: true },
  QUIT: { asks: "quit", endsGroup: true },
  unrecognized: { asks: "unrecognized_command", endsGroup: true },
};
