// One entry of the stream of what happens in the server: plain JSON. Texts from outside are bounded and not escaped.

import type { Json } from "../../sdk/contract/contract.ts";

/**
 * Of sessions: `connected`, `verdict` (what a plugin found, but mere passes only for those who want detail), `reply`
 * (a refusal), `message` (its fate), `turnedAway`, `disconnected`. Of the server: `plugin` (`state`: one that failed too
 * often is `resting`, or is `asked` again), `reload` (deployments too). `lost`: so many (`count`) are missing here.
 */
export const happeningKinds = [
  "connected",
  "verdict",
  "reply",
  "message",
  "turnedAway",
  "disconnected",
  "plugin",
  "reload",
  "lost",
] as const;

export type HappeningKind = (typeof happeningKinds)[number];

export interface Happening {
  /** Counts up within one process. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly pid: number;
  readonly kind: HappeningKind;
  /** The code of the session. */
  readonly session?: string;
  readonly facts: Facts;
}

export type Facts = { readonly [name: string]: Json };
