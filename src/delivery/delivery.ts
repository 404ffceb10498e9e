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
  /** Octets of head and rest together, CRLF counted as two, dots not stuffed. */
  readonly size: number;
  /** Head, then the rest; as often as wanted. Throws if the spool's disk fails. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** What of `OutgoingMessage` does not follow from the rest. */
export type Composed = Pick<OutgoingMessage, "id" | "envelope" | "head" | "body" | "bodyFrom">;

export type Delivered =
  /** The backend has it for good, all recipients: the client may be told 250. `text` is what a next hop said. */
  | { readonly kind: "taken"; readonly text?: string }
  /** Nobody has it. The client is told this; `reason` is for the log alone, since it may name inner machines. */
  | {
    readonly kind: "refused";
    /** 400-599, never 421: this server's session goes on. */
    readonly code: number;
    /** Enhanced status (RFC 3463), class as in `code`. */
    readonly status?: string;
    /** At least one line of printable characters. */
    readonly text: readonly string[];
    readonly reason?: string;
  }
  /** No room: 452 4.3.1. Nobody has it. */
  | { readonly kind: "full" }
  /** Broken: 451 4.3.0, and `message` for the log. Nobody has it. */
  | { readonly kind: "failed"; readonly message: string };

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
