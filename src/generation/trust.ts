// What the operator lets clients do because of their addresses; made once for a generation.

import type { Config } from "../config/config.ts";
import { contains, networksOf } from "../networks/contains.ts";
import type { Trust } from "../smtp/session.ts";

export interface Trusting {
  /** Its PROXY headers are believed. */
  readonly isProxy: (address: string) => boolean;
  readonly trustOf: (address: string) => Trust;
}

export function trusting({ trust, smuggling }: Config): Trusting {
  const [proxy, xclient, xforward, allow] = [trust.proxy, trust.xclient, trust.xforward, smuggling.allow]
    .map(networksOf);
  return {
    isProxy: (address) => proxy !== undefined && contains(proxy, address),
    trustOf: (address) => ({
      xclient: xclient !== undefined && contains(xclient, address),
      xforward: xforward !== undefined && contains(xforward, address),
      bareLines: allow !== undefined && contains(allow, address) ? "allow" : smuggling.policy,
    }),
  };
}
