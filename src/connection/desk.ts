// What a conversation needs from the rest of the server: the only door between one client and everything else.

import type { Delivered, OutgoingMessage } from "../delivery/delivery.ts";
import type { Chains } from "../hooks/chains.ts";
import type { Log } from "../log/log.ts";
import type { Offer } from "../smtp/session.ts";
import type { Spool } from "../spool/spool.ts";

export interface Desk {
  readonly offer: Offer;
  readonly chains: Chains;
  readonly spool: Spool;
  readonly deliver: (message: OutgoingMessage) => Promise<Delivered>;
  readonly log: Log;
  /** Octets of the header section that are kept in memory and shown to plugins; a longer one is refused. */
  readonly maxHeaderSize: number;
  readonly timeouts: Timeouts;
}

/** Milliseconds, RFC 5321 §4.5.3.2. */
export interface Timeouts {
  /** For a command line, from our reply to its end. */
  readonly command: number;
  /** For the next piece of mail data. */
  readonly data: number;
  /** For the client to read our replies. */
  readonly write: number;
}
