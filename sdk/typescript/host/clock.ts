// `host.clock`: the time as it goes on. `Date.now()` stands still during a call.

import type { HostAccess } from "./host_access.ts";

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
}

export function clockOf({ call }: HostAccess): Clock {
  return { now: (): number => call("clock", {}) as number };
}
