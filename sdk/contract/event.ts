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

/** The name the client gave with EHLO, HELO or (LMTP) LHLO, as it wrote it. */
export interface Hello {
  readonly verb: "HELO" | "EHLO" | "LHLO";
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

/** The encryption of a session, and whom the client's certificate names. */
export interface Tls {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string;
  /** The cipher's name in the RFCs: `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** The host the client asked for (SNI). */
  readonly serverName?: string;
  /** The protocol both sides chose by ALPN. */
  readonly alpn?: string;
  /** What the client showed, if it showed one. */
  readonly certificate?: Certificate;
}

/** A client's certificate. Nothing of it may be believed unless `verified`. */
export interface Certificate {
  /** It was issued by one of the operator's `tls.client_authorities`, and is in force. */
  readonly verified: boolean;
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256 of the certificate, lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** Domain names of its subjectAltName. */
  readonly names: readonly string[];
  /** Mailboxes of its subjectAltName. */
  readonly emails: readonly string[];
}

/** Who a server in front of this one says the client is (Postfix's XFORWARD): for logs, not for access. */
export interface Forwarded {
  readonly name?: string;
  readonly address?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly hello?: string;
  readonly ident?: string;
  readonly source?: string;
}

/**
 * What is known in favour of a client: it may send to anyone (`relay`), it has proved who it is (`authenticated`), or the
 * operator trusts it not to send rubbish (`allowed`, which never means that it may relay).
 */
export type Mark = "relay" | "authenticated" | "allowed";

/** How many programs wanted a processor, on average over 1, 5 and 15 minutes, and how many processors there are. */
export interface Load {
  readonly averages: readonly [number, number, number];
  readonly processors: number;
}

/** What a plugin noted about this session, its transaction and the recipients of that. */
export interface Notes {
  readonly session?: JsonObject;
  readonly transaction?: JsonObject;
  /** At `rcpt`: about this forward-path. Forgotten if it is refused. */
  readonly recipient?: JsonObject;
  /** From `data` to `queue`, if anything was noted at `rcpt`: one for each of `forwardPaths`, in the same order. */
  readonly recipients?: readonly JsonObject[];
}

/** What every event holds. */
export interface Asked {
  /** Milliseconds since 1970, UTC. The guest's clock stands still at this instant during the call. */
  readonly time: number;
  /** Feeds the guest's `Math.random`; an unsigned 32-bit number, new for every call. */
  readonly seed: number;
  readonly session: {
    readonly id: string;
    /** With `event:client`. Behind a trusted proxy: the proxy's client. */
    readonly client: Endpoint;
    /** The client's name as a trusted server looked it up (XCLIENT). With `event:client`. */
    readonly clientName?: string;
    /** The proxy that the connection came from. With `event:client`. */
    readonly proxy?: Endpoint;
    /** With `event:client`. */
    readonly forwarded?: Forwarded;
    readonly server: Endpoint & { readonly name: string };
    /** With `event:hello`. */
    readonly hello?: Hello;
    /** The session is encrypted. With `event:tls`. */
    readonly tls?: Tls;
    /** Who the client has proved to be (AUTH). With `event:user`. */
    readonly user?: string;
    /** Those that count for what is asked: of a message, those that hold for all of its recipients. With `event:marks`. */
    readonly marks?: readonly Mark[];
    /** The sum of all scores of this session. With `event:score`. */
    readonly score?: number;
  };
  /** Only what the plugin noted itself. */
  readonly notes?: Notes;
  /** What other plugins noted, by their names in the configuration. With `notes:NAME`. */
  readonly othersNotes?: { readonly [plugin: string]: Notes };
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

export interface ConnectEvent extends Asked {
  /** The client spoke before it was greeted. */
  readonly early: boolean;
  /** How busy this machine is; absent where the system does not say. With `event:load`. */
  readonly load?: Load;
}
/**
 * Someone wants to be let in. `accept` is yes; `pass` asks the next plugin; when all have passed, or one rejects, the
 * client is told that its credentials are wrong, in the same words for unknown users and wrong secrets.
 */
export interface AuthEvent extends Asked {
  /** `PLAIN`, `SCRAM-SHA-256`, ... in upper case. */
  readonly mechanism: string;
  /** `keys`: the host wants `keys` in the answer (SCRAM), and checks the proof itself. */
  readonly step: "check" | "keys";
  /** Whom the client claims to be. With `event:credentials`. */
  readonly claimed: string;
  /** Whom it wants to act for, if that is someone else. With `event:credentials`. */
  readonly authorize?: string;
  /** PLAIN and LOGIN. With `event:credentials`. */
  readonly password?: string;
  /** CRAM-MD5: `digest` is HMAC-MD5 of `challenge` with the secret as key, in hexadecimal. With `event:credentials`. */
  readonly challenge?: string;
  readonly digest?: string;
  /** OAUTHBEARER and XOAUTH2. With `event:credentials`. */
  readonly token?: string;
  /** EXTERNAL: the verified certificate. With `event:credentials`. */
  readonly certificate?: Certificate;
}
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
export interface DataEvent extends AskedWithEnvelope {
  /** The client sent mail data before it was told to. */
  readonly early: boolean;
}
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
  readonly auth: AuthEvent;
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
