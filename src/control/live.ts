// What a process must keep of its sessions so that it can be looked at; src/live has it.

import type { Happening } from "../live/happening.ts";
import type { LiveSession, SessionSummary } from "../live/live_session.ts";

export interface Live {
  sessions(): readonly SessionSummary[];
  /** Undefined: there is none with this code. */
  find(id: string): LiveSession | undefined;
  /** Ends it with 421 as soon as it waits for its client. False: there is none with this code. */
  end(id: string): boolean;
  /** What happens from now on, until the signal is aborted; see `Control.happenings`. */
  happenings(signal: AbortSignal): AsyncIterable<Happening>;
}
