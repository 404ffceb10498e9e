// What a plugin is told when it is asked. Every field is plain JSON; absent means "not known at this point of the session".
//
// "With `event:client`": the plugin's needs must name that, and the operator must grant it. Otherwise the field is absent,
// even one that these types require: they are those of a plugin which asks for all that it reads.

import type { HookName, JsonObject } from "./contract.ts";

/** One end of a TCP connection. `address` is the textual IPv4 or IPv6 address without brackets. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The name the client gave with HELO or EHLO, as it wrote it. */
export interface Hello {
  readonly verb: "HELO" | "EHLO";
  readonly name: string;
}

/**
 * A mailbox of RFC 5321 §4.1.2. `localPart` is unquoted; `domain` is a domain name or an address literal with its
 * brackets, and is empty only for `<postmaster>` (§4.5.1).
 */
export interface Mailbox {
  readonly localPart: string;
  readonly domain: string;
}

/** ESMTP parameters by upper-case keyword; `true` for a keyword without a value. */
export type Parameters = { readonly [keyword: string]: string | true };

/** One header field as it stands in the message: name without colon, value unfolded and trimmed. */
export type HeaderField = readonly [name: string, value: string];

/** What a plugin remembers of this session and transaction: only what it noted itself. */
export interface Notes {
  readonly session?: JsonObject;
  readonly transaction?: JsonObject;
}

/** What every event holds. */
export interface Asked {
  /** Milliseconds since 1970, UTC. The guest's clock stands still at this instant during the call. */
  readonly time: number;
  /** Feeds the guest's `Math.random`; an unsigned 32-bit number, new for every call. */
  readonly seed: number;
  readonly session: {
    readonly id: string;
    /** With `event:client`. */
    readonly client: Endpoint;
    readonly server: Endpoint & { readonly name: string };
    /** With `event:hello`. */
    readonly hello?: Hello;
  };
  readonly notes?: Notes;
}

interface AskedInTransaction extends Asked {
  readonly transaction: {
    readonly id: string;
    /** `null` is the null reverse-path `<>`. With `event:reverse_path`. */
    readonly reversePath: Mailbox | null;
    /** With `event:recipients`. */
    readonly recipientCount: number;
  };
}

interface AskedWithEnvelope extends AskedInTransaction {
  /** With `event:recipients`. */
  readonly forwardPaths: readonly Mailbox[];
}

export type ConnectEvent = Asked;
/** `hello` in `session` is still the earlier one, if any: this name is not accepted yet. */
export interface HelloEvent extends Asked {
  /** With `event:hello`. */
  readonly name: string;
}
export interface MailEvent extends Asked {
  /** With `event:reverse_path`. */
  readonly reversePath: Mailbox | null;
  /** With `event:parameters`. */
  readonly parameters: Parameters;
}
export interface RcptEvent extends AskedInTransaction {
  /** With `event:recipients`. */
  readonly forwardPath: Mailbox;
  /** With `event:parameters`. */
  readonly parameters: Parameters;
}
export type DataEvent = AskedWithEnvelope;
/** Asked when the header section is complete; the body is still on its way. */
export interface HeadersEvent extends AskedWithEnvelope {
  /** With `event:headers`; with `event:headers:X-*` only the fields of such names. */
  readonly headers: readonly HeaderField[];
}
/** `size` is the octets of the content as received, dots unstuffed, CRLF counted as two. */
export interface MessageEvent extends HeadersEvent {
  /** With `event:size`. */
  readonly size: number;
}
/** NOOP, VRFY, HELP: the rest of the line, possibly empty. */
export interface ArgumentEvent extends Asked {
  /** With `event:argument`. */
  readonly argument: string;
}
export interface UnrecognizedCommandEvent extends ArgumentEvent {
  /** The word in the place of the verb, as written. With `event:argument`. */
  readonly verb: string;
}

/** Which event goes with which hook. */
export interface Events {
  readonly connect: ConnectEvent;
  readonly helo: HelloEvent;
  readonly ehlo: HelloEvent;
  readonly mail: MailEvent;
  readonly rcpt: RcptEvent;
  readonly data: DataEvent;
  readonly data_headers_end: HeadersEvent;
  readonly data_post: MessageEvent;
  readonly queue: MessageEvent;
  readonly vrfy: ArgumentEvent;
  readonly noop: ArgumentEvent;
  readonly help: ArgumentEvent;
  readonly unrecognized_command: UnrecognizedCommandEvent;
  readonly quit: Asked;
  readonly reset_transaction: Asked;
  readonly disconnect: Asked;
}

export type Event = Events[HookName];
