// What can become of a command: an outcome at once, or something that has to be waited for first.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Command } from "./command.ts";
import type { Reply } from "./reply.ts";
import type { Session } from "./session.ts";

export type Step = Outcome | Question | Chunk | Exchange | Introduction;

/** A legal command; the plugins of `hook` decide about it. */
export interface Question {
  readonly kind: "question";
  /** With this command counted. */
  readonly session: Session;
  readonly hook: HookName;
  readonly command: Command;
  /** More came behind the line before it was answered. */
  readonly early: boolean;
}

/** BDAT: so many octets come behind the line, and are taken off the wire before anything else. RFC 3030 §2. */
export interface Chunk {
  readonly kind: "chunk";
  readonly session: Session;
  readonly octets: number;
  readonly last: boolean;
  /** They are dropped, and this is said. */
  readonly refusal?: Outcome;
}

/** AUTH: the exchange of this mechanism begins; `endExchange` settles it. */
export interface Exchange {
  readonly kind: "exchange";
  readonly session: Session;
  readonly mechanism: string;
  /** In base64, `=` for an empty one. RFC 4954 §4. */
  readonly initial?: string;
}

/** XCLIENT: from now on the client is another one; it is judged and greeted anew. */
export interface Introduction {
  readonly kind: "introduction";
  readonly session: Session;
}

/**
 * `message`: read mail data, then `endMessage`; `secure`: the TLS handshake, then `secured`. Exactly one reply a
 * command, always; but LMTP wants one a recipient at the end of mail data, and `others` are those behind the first.
 */
export interface Outcome {
  readonly kind: "outcome";
  readonly session: Session;
  readonly reply: Reply;
  readonly others?: readonly Reply[];
  readonly next: Next;
}

export type Next = "command" | "message" | "secure" | "close";

export function outcome(session: Session, reply: Reply, next: Next = "command"): Outcome {
  return { kind: "outcome", session, reply, next };
}
