// What a proxy says about the connection it passes on, and how far its header has come.

import type { Endpoint } from "../../sdk/contract/event.ts";

export interface ProxyHeader {
  /** Whom the proxy speaks for. Absent: the connection's own ends are the ones that count. */
  readonly client?: Endpoint;
  /** Where that client had connected to; with `client` always. */
  readonly server?: Endpoint;
  /** The proxy speaks for itself, to see whether this server lives. */
  readonly local: boolean;
  /** The host the client asked for, by SNI mostly. */
  readonly authority?: string;
  /** The protocol client and proxy chose by ALPN. */
  readonly alpn?: string;
  /** The proxy's name for this connection: printable ASCII as it is, anything else as `0x` and hexadecimal digits. */
  readonly uniqueId?: string;
  /** The client speaks TLS to the proxy. */
  readonly tls?: ProxyTls;
}

/** TLS between the client and the proxy, in the proxy's words. */
export interface ProxyTls {
  readonly version?: string;
  readonly cipher?: string;
  /** Common name of the client's certificate; of no worth unless `verified`. */
  readonly commonName?: string;
  /** The client showed a certificate, and the proxy found it good. */
  readonly verified: boolean;
}

/**
 * `need`: the header has at least so many octets more, so a reader that takes no more never takes what is behind it.
 * `rest`: where in the octets of the last push the header ends. `why` goes on after "the PROXY header".
 */
export type Progress =
  | { readonly kind: "more"; readonly need: number }
  | { readonly kind: "header"; readonly header: ProxyHeader; readonly rest: number }
  | { readonly kind: "invalid"; readonly why: string };

export type Invalid = Extract<Progress, { kind: "invalid" }>;

export function invalid(why: string): Invalid {
  return { kind: "invalid", why };
}
