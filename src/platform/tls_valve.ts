// Stops and starts the reading of a TLS connection, on every runtime so that the client notices.

import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { runtime } from "./runtime.ts";

/** What a reader turns: a plain socket is its own. */
export interface Valve {
  pause(): unknown;
  resume(): unknown;
}

/** Deno has no types for it either. */
interface WithHandle {
  readonly _handle?: { readStop?(): void; readStart?(): void } | null;
}

const pauseIsDeaf = runtime().name === "Deno";

/**
 * On Deno a paused TLS socket goes on reading into memory without bound, and if the end comes meanwhile, nobody is
 * told: there the socket below is stopped instead. The socket itself must then never be paused.
 */
export function tlsValve(socket: TLSSocket, raw: Socket): Valve {
  if (!pauseIsDeaf) return socket;
  const below = raw as WithHandle;
  return {
    pause: () => below._handle?.readStop?.(),
    resume: () => below._handle?.readStart?.(),
  };
}
