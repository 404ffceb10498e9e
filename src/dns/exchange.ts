// How one question to one server may end, whichever way it went.

import type { Message } from "./message.ts";
import { type ServerAddress, showServer } from "./server_address.ts";
import type { Unanswered } from "./resolver.ts";

export type Exchange = Message | { readonly kind: "truncated" } | Unanswered;

export interface Patience {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** What `start` leaves behind: how to clean up, and what else may be said when the time is over. */
export interface Running {
  readonly close: () => void;
  readonly hint?: () => Unanswered | undefined;
}

/** Runs `start` until it calls `end`, its time is over, or the signal comes: the first of these counts. */
export function exchange(
  server: ServerAddress,
  { timeout, signal }: Patience,
  start: (end: (outcome: Exchange) => void) => Running,
): Promise<Exchange> {
  if (signal.aborted) return Promise.resolve(aborted(server));
  return new Promise((resolve) => {
    let running: Running | undefined;
    let isOver = false;
    const onAbort = (): void => end(aborted(server));
    const timer = setTimeout(() => end(running?.hint?.() ?? late(server, timeout)), timeout);
    signal.addEventListener("abort", onAbort);
    function end(outcome: Exchange): void {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      running?.close();
      resolve(outcome);
    }
    try {
      running = start(end);
      if (isOver) running.close();
    } catch (error) {
      // Out of file descriptors, for one.
      end(failure("network", server, error instanceof Error ? error.message : String(error)));
    }
  });
}

/** `what` is the rest of a sentence that begins with the server. */
export function failure(why: Unanswered["why"], server: ServerAddress, what: string): Unanswered {
  return { kind: "failed", why, message: `${showServer(server)}: ${what}` };
}

function aborted(server: ServerAddress): Unanswered {
  return failure("aborted", server, "nobody waits for the answer any more");
}

function late(server: ServerAddress, timeout: number): Unanswered {
  return failure("timeout", server, `no answer within ${Math.round(timeout)} ms`);
}
