// What a SASL mechanism is here: values that say what happens next, each with the function to call with what came back.

import type { Certificate } from "../../sdk/contract/event.ts";
import type { Keys } from "../../sdk/contract/verdict.ts";
import type { Claim } from "./claim.ts";
import type { Decoy } from "./decoy.ts";

export const mechanismNames = [
  "PLAIN",
  "LOGIN",
  "CRAM-MD5",
  "SCRAM-SHA-256",
  "SCRAM-SHA-256-PLUS",
  "XOAUTH2",
  "OAUTHBEARER",
  "EXTERNAL",
] as const;

export type MechanismName = (typeof mechanismNames)[number];

/**
 * Begins an exchange, RFC 4422 §3. `initial` is the decoded initial response, empty for `=`; `undefined` if AUTH had
 * none. Whatever the client sends, neither this nor what follows ever throws.
 */
export type Begin = (initial: Uint8Array | undefined, surroundings: Surroundings) => Next;

export type Next = Challenge | Ask | Succeeded | Failed;

/** Send `octets`, hear one response, go on with `onResponse`. A client that cancels instead has ended the exchange. */
export interface Challenge {
  readonly kind: "challenge";
  readonly octets: Uint8Array;
  /** It tells the client that it is refused already: whoever is made to wait for a refusal waits before this. */
  readonly refusing?: true;
  readonly onResponse: (response: Uint8Array) => Next | Promise<Next>;
}

/** Ask the plugins about the claim, go on with `onAnswer`. */
export interface Ask {
  readonly kind: "ask";
  readonly claim: Claim;
  readonly onAnswer: (answer: Answer) => Next;
}

/** `user` is the identity the session has from now on. */
export interface Succeeded {
  readonly kind: "succeeded";
  readonly user: string;
}

export interface Failed {
  readonly kind: "failed";
  readonly reason: FailureReason;
}

/** For the log. What the client may learn of it is little: see src/smtp/end_exchange.ts. */
export type FailureReason =
  /** A response breaks the grammar of its mechanism, or a name or password holds what none may. */
  | "malformed"
  /** An initial response for a mechanism in which the server begins. */
  | "initialNotAllowed"
  /** The secret is wrong, or there is no such user: nothing tells the two apart. */
  | "mismatch"
  /** The user may not act as the authorization identity asked for: no plugin named that as the user. */
  | "notAuthorized"
  /** A plugin put it off: nobody knows now. */
  | "unavailable"
  /** What a plugin answered cannot be used: keys out of bounds, or a token or certificate without its user. */
  | "unusableAnswer"
  /** The client named a channel binding that this connection does not have. */
  | "unsupportedChannelBinding"
  /** Another connection ends at the client than here: somebody sits in between. */
  | "channelBindingMismatch"
  /** The client saw no -PLUS although it was offered: somebody took it out. */
  | "downgraded"
  /** The client insists on an extension of SCRAM that is not known here. RFC 5802 §5.1, `m`. */
  | "unsupportedExtension";

/** What the plugins said. `pass` of all of them is `refused`, `defer` is `unavailable`. */
export type Answer =
  | Accepted
  | { readonly kind: "refused" }
  | { readonly kind: "unavailable" };

export interface Accepted {
  readonly kind: "accepted";
  /**
   * Who it is. A claim of a password or keys may leave it out, meaning the user of the claim. A token or certificate
   * needs it; and so does an authorization identity, which this must equal: a plugin that never looks at the field
   * must not lend anyone the identity of another.
   */
  readonly user?: string;
  /** What a claim of `keys` asks for. */
  readonly keys?: Keys;
}

export const channelBindingNames = ["tls-exporter", "tls-server-end-point", "tls-unique"] as const;

/** RFC 9266 and RFC 5929. */
export type ChannelBindingName = (typeof channelBindingNames)[number];

/** All that an exchange takes from outside, so that it is the same every time for the same of these. */
export interface Surroundings {
  /** The name of this server, for the challenge of CRAM-MD5. */
  readonly hostname: string;
  /** The mechanisms this client was offered. */
  readonly offered: readonly MechanismName[];
  /** Printable ASCII without comma, never the same twice and not to be guessed. */
  readonly nonce: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly decoy: Decoy;
  /** `undefined`: this connection has none of that name. */
  readonly channelBinding: (name: ChannelBindingName) => Uint8Array | undefined;
  readonly certificate?: Certificate;
  /** Told to clients whose token is refused, RFC 7628 §3.2.2, so that they know where to get a better one. */
  readonly oauth?: { readonly scope?: string; readonly openidConfiguration?: string };
}

export function failed(reason: FailureReason): Failed {
  return { kind: "failed", reason };
}
