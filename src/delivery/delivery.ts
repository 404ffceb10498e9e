// What a delivery backend takes, what it answers, and what its answer promises.

import type { Content } from "../spool/spool.ts";
import type { Envelope } from "../spool/edit_envelope.ts";

/** One message on its way out: what was put on top, then the content, without its own header section if that was edited. */
export interface OutgoingMessage {
  /** The transaction's id, for names and logs. */
  readonly id: string;
  readonly envelope: Envelope;
  /** Trace fields; and if it was edited, the header section with its blank line. Lines end with CRLF. */
  readonly head: Uint8Array;
  readonly body: Content;
  /** Where in `body` the rest begins: 0, or behind the header section that `head` replaces. */
  readonly bodyFrom: number;
  /** The client hears of each recipient by itself (LMTP): `deliver` answers `each`. */
  readonly perRecipient?: boolean;
  /** When its transaction began, milliseconds since 1970: a time for delivery (RFC 2852) runs from there. */
  readonly begun?: number;
  /** Octets of head and rest together, CRLF counted as two, dots not stuffed. */
  readonly size: number;
  /** Head, then the rest; as often as wanted. Throws if the spool's disk fails. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** What of `OutgoingMessage` does not follow from the rest. */
export type Composed = Omit<OutgoingMessage, "size" | "pieces">;

/** The backend has it for good: the client may be told 250. `text` is what a next hop said. */
export interface Taken {
  readonly kind: "taken";
  readonly text?: string;
}

/** The client is told this; `reason` is for the log alone, since it may name inner machines. */
export interface Refused {
  readonly kind: "refused";
  /** 400-599, never 421: this server's session goes on. */
  readonly code: number;
  /** Enhanced status (RFC 3463), class as in `code`. */
  readonly status?: string;
  /** At least one line of printable characters. */
  readonly text: readonly string[];
  readonly reason?: string;
}

/** What became of a message, for all of its recipients or for one. */
export type DeliveryResult =
  | Taken
  | Refused
  /** No room: 452 4.3.1. */
  | { readonly kind: "full" }
  /** Broken: 451 4.3.0, and `message` for the log. */
  | { readonly kind: "failed"; readonly message: string };

export type Delivered =
  /** Taken for all recipients, otherwise for none, but see `deliver` of a next hop by LMTP. */
  | DeliveryResult
  /** Only for a message that is `perRecipient`: one for each of the envelope's forward-paths, in order. */
  | { readonly kind: "each"; readonly results: readonly DeliveryResult[] };

export interface Delivery {
  /** For the start block: `maildir var/maildir`. */
  readonly description: string;
  /** Never throws. Any number of calls at a time. The content stays the caller's to discard. */
  deliver(message: OutgoingMessage): Promise<Delivered>;
  /** Ends idle connections; deliveries still running may fail. Harmless when repeated. */
  close(): Promise<void>;
}

/** How opening a backend ends; `message` names the place and the remedy. */
export type DeliveryOpened =
  | { readonly kind: "delivery"; readonly delivery: Delivery }
  | { readonly kind: "failed"; readonly message: string };

export function composeMessage(composed: Composed): OutgoingMessage {
  const { head, body, bodyFrom } = composed;
  return {
    ...composed,
    size: head.length + body.size - bodyFrom,
    async *pieces(): AsyncGenerator<Uint8Array> {
      yield head;
      yield* body.pieces(bodyFrom);
    },
  };
}

/** One fate for all recipients, as the client wants to hear it. */
export function resultForAll(message: OutgoingMessage, result: DeliveryResult): Delivered {
  if (message.perRecipient !== true) return result;
  return { kind: "each", results: message.envelope.forwardPaths.map(() => result) };
}
