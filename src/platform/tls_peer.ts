// The certificate that a client showed, and what the runtime thinks of it where that can be relied on.

import type { TLSSocket } from "node:tls";
import { runtime } from "./runtime.ts";

/** The client's certificate in a connection whose handshake is over. */
export interface Peer {
  readonly der: Uint8Array;
  /** Signed by whom the runtime was told to believe, or believes by itself; undefined: it does not know. */
  readonly authorized: boolean | undefined;
}

/**
 * Deno keeps the sessions of all TLS servers of a process together, and calls every certificate of a resumed one
 * authorized: one that vouches for itself, when it comes for the second time, and one that only another server, or one
 * that has been replaced, had reason to believe.
 */
const believesResumed = runtime().name === "Deno";

/** Undefined if the client showed none. */
export function peerOf(socket: TLSSocket): Peer | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const doubtful = believesResumed && socket.isSessionReused();
  return { der: certificate.raw, authorized: doubtful ? undefined : socket.authorized };
}
