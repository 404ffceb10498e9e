// What clients meet, as configured: where, with which extensions, and who is trusted with what.

import type { Network } from "../networks/network.ts";
import type { MechanismName } from "../sasl/mechanism.ts";
import type { ListenAddress } from "./units.ts";

/** One address to listen on, and what is spoken there. */
export interface Listener extends ListenAddress {
  readonly tls: "off" | "offered" | "required" | "implicit";
  readonly mode: "smtp" | "submission" | "lmtp";
  /** Every connection begins with a PROXY header, and comes from `trust.proxy`. */
  readonly proxy: boolean;
}

export interface AuthChoice {
  /** In the order of the offer. */
  readonly mechanisms: readonly MechanismName[];
  readonly withoutTls: boolean;
  /** Failed exchanges of one session. */
  readonly attempts: number;
  /** Milliseconds before the answer to the first failed one; doubled by every further one. */
  readonly delay: number;
}

/** Whose word is taken for who the client is. */
export interface TrustChoice {
  readonly proxy: readonly Network[];
  readonly xclient: readonly Network[];
  readonly xforward: readonly Network[];
}

/** The Authentication-Results field (RFC 8601). */
export interface ResultsChoice {
  /** Whose results they are; absent: the hostname's. */
  readonly id?: string;
  readonly add: boolean;
  /** To messages of listeners whose mode is submission too. */
  readonly addToSubmissions: boolean;
}

export interface SmugglingChoice {
  readonly policy: "reject" | "normalize";
  /** Clients whose bare CR and LF are content like any other. */
  readonly allow: readonly Network[];
  readonly pipelining: "reject" | "allow";
}

export interface ExtensionsChoice {
  readonly chunking: boolean;
  readonly dsn: boolean;
  readonly requiretls: boolean;
  readonly mtPriority: boolean;
  readonly deliverBy: boolean;
  readonly futureRelease: boolean;
}
