// What holds received content until a delivery backend has it, and what that holding promises.

/**
 * A spool keeps content only while its transaction is undecided. Nothing in it survives a crash, and nothing needs to:
 * a client is told 250 after the backend has the message, and the backend writes the one durable copy. Writing every
 * message durably here first would halve throughput and promise nothing more.
 */
export interface Spool {
  /** For the start block: `var/spool, up to 1 MiB a message in memory`. */
  readonly description: string;
  /** A new, empty draft; costs no I/O. `id` names its file: 1 to 100 of `A-Za-z0-9_-`, unique among open drafts. */
  open(id: string): Draft;
  /** What it holds at the moment. */
  usage(): SpoolUsage;
}

export interface SpoolUsage {
  /** Octets of content in memory. */
  readonly memory: number;
  /** Drafts that went to the disk. */
  readonly files: number;
}

/** The disk has no room (ENOSPC, EDQUOT), or does not work; `message` is for the log. */
export type DiskTrouble = { readonly kind: "full" } | { readonly kind: "failed"; readonly message: string };
export type WriteResult = { readonly kind: "ok" } | DiskTrouble;
export type Finished = { readonly kind: "content"; readonly content: Content } | DiskTrouble;

/** Content on its way in. Every draft ends with `finish` or `discard`. */
export interface Draft {
  /** Octets written so far. */
  readonly size: number;
  /**
   * Takes a copy before it returns, so the caller may reuse `piece` at once. Returns a promise only when the disk is
   * behind; awaiting it is the backpressure. One call at a time. After trouble every further call returns that trouble.
   */
  write(piece: Uint8Array): WriteResult | Promise<WriteResult>;
  /** The first octets, from memory: at most `limit`, at most `headLimit`, no more than were written. Do not change them. */
  head(limit: number): Uint8Array;
  /** No write may follow. With trouble the draft is discarded already. */
  finish(): Promise<Finished>;
  /** Frees memory and file; harmless when repeated. */
  discard(): Promise<void>;
}

/** Complete content, readable any number of times until it is discarded. */
export interface Content {
  /** Octets, CRLF counted as two. */
  readonly size: number;
  /** Whether any octet is above 127, which a next hop must be asked for (RFC 6152). */
  readonly eightBit: boolean;
  /** The octets from offset `from` (0) on. Pieces belong to the content: do not change them. Throws if the disk fails. */
  pieces(from?: number): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** See `Draft.head`. */
  head(limit: number): Uint8Array;
  /** Frees memory and file; harmless when repeated. */
  discard(): Promise<void>;
}

/** How much of every draft's beginning stays in memory, in octets: more than any header section worth parsing. */
export const headLimit = 262_144;
