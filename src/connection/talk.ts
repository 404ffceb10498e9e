// What every part of one conversation works with.

import type { Trail } from "../receipts/trail.ts";
import type { Session } from "../smtp/session.ts";
import type { Outcome } from "../smtp/step.ts";
import type { SessionWatch } from "../watch/watch.ts";
import type { Desk } from "./desk.ts";
import type { Questions } from "./questions.ts";
import type { Pieces } from "./receive_chunk.ts";
import type { Wire } from "./wire.ts";

export interface Talk {
  readonly wire: Wire;
  readonly desk: Desk;
  readonly questions: Questions;
  /** What was decided in this session, and why. */
  readonly trail: Trail;
  /** Who looks on; absent: nobody, and then it costs nothing. */
  readonly watch?: SessionWatch;
  /** When it began, by `performance.now()`. */
  readonly began: number;
  /** When the last MAIL was accepted, in milliseconds since 1970. */
  mailAt?: number;
  /** AUTH was tried: whatever is no command may be a password. */
  authTried?: true;
  /** Of the TLS connection: RFC 5929, RFC 9266. */
  binding?: (name: string) => Uint8Array | undefined;
  /** A message that comes by BDAT; dropped when its transaction is over. */
  pieces?: Pieces | undefined;
}

/** What one turn of the conversation came to; "gone" needs no reply, there is nobody to read it. */
export type Turn = Outcome | { readonly kind: "gone"; readonly session: Session };
