// What a conversation needs from the rest of the server: the only door between one client and everything else.

import type { Load } from "../../sdk/contract/event.ts";
import type { Delivered, OutgoingMessage } from "../delivery/delivery.ts";
import type { Chains } from "../hooks/chains.ts";
import type { AddressTurns } from "../limits/address_turns.ts";
import type { Log } from "../log/log.ts";
import type { Terms } from "../policy/terms.ts";
import type { Receipts } from "../receipts/trail.ts";
import type { Decoy } from "../sasl/decoy.ts";
import type { Offer } from "../smtp/extensions.ts";
import type { Spool } from "../spool/spool.ts";
import type { Upgrade } from "../tls/acceptor.ts";

/** Made for one listener in one generation. */
export interface Desk {
  readonly offer: Offer;
  readonly chains: Chains;
  readonly spool: Spool;
  readonly deliver: (message: OutgoingMessage) => Promise<Delivered>;
  readonly log: Log;
  readonly terms: Terms;
  /** Codes of refusals, and the store of what was decided. */
  readonly receipts: Receipts;
  /** How busy the machine is, for plugins that want to know; absent where the system does not say. */
  readonly load?: () => Load | undefined;
  /** Stands in for users who do not exist. */
  readonly decoy: Decoy;
  /** Whose credentials may be checked now. */
  readonly authTurns: AddressTurns;
  /** Absent where no TLS is spoken. */
  readonly upgrade?: Upgrade;
  readonly bounds: MessageBounds;
  readonly timeouts: Timeouts;
}

/** What of a message is kept in memory and shown to plugins; one beyond it is refused. */
export interface MessageBounds {
  /** Octets of the header section. */
  readonly headerSize: number;
  readonly headerFields: number;
  /** Octets a second of mail data that a client must reach on average, judged after `timeouts.data`. */
  readonly slowest: number;
}

/** Milliseconds, RFC 5321 §4.5.3.2. */
export interface Timeouts {
  /** For a command line, from our reply to its end. */
  readonly command: number;
  /** For the next piece of mail data. */
  readonly data: number;
  /** For the client to read our replies. */
  readonly write: number;
  /** For all of one message's data. */
  readonly message: number;
  /** For the session, from its greeting; a transaction under way may end. */
  readonly session: number;
  /** For a TLS handshake. */
  readonly tls: number;
  /** Before the greeting, and between DATA and 354: those who talk meanwhile are told of in the events. */
  readonly greetingDelay: number;
  readonly dataDelay: number;
  /** After a failed AUTH, doubled by every further one. */
  readonly failedAuth: number;
}
