// What clients meet, as configured: where, with which extensions, and who is trusted with what.

import type { Network } from "../networks/network.ts";
import type { ListenAddress } from "./units.ts";

/** One address to listen on, and what is spoken there. */
export interface Listener extends ListenAddress {
  readonly tls: "off" | "offered" | "required" | "implicit";
  readonly mode: "smtp" | "submission" | "lmtp";
  /** Every connection begins with a PROXY header, and comes from `trust.proxy`. */
  readonly proxy: boolean;
}

export interface AuthChoice {
  readonly mechanisms: readonly Mechanism[];
  readonly withoutTls: boolean;
  /** Failed exchanges of one session. */
  readonly attempts: number;
  /** Milliseconds before the answer to the first failed one; doubled by every further one. */
  readonly delay: number;
}

/** Best first; the order of the offer is the operator's. */
export const mechanismNames = [
  "SCRAM-SHA-256-PLUS",
  "SCRAM-SHA-256",
  "CRAM-MD5",
  "PLAIN",
  "LOGIN",
  "XOAUTH2",
  "OAUTHBEARER",
  "EXTERNAL",
] as const;
export type Mechanism = (typeof mechanismNames)[number];

/** Whose word is taken for who the client is. */
export interface TrustChoice {
  readonly proxy: readonly Network[];
  readonly xclient: readonly Network[];
  readonly xforward: readonly Network[];
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
