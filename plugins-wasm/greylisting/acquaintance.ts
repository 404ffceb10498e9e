// How well a client is known, and what its next try makes of that. Pure.

import type { Json } from "#sdk";
import type { Change } from "../shared/remembered.ts";

/** Seconds. */
export interface Timeouts {
  readonly black: number;
  readonly grey: number;
  readonly white: number;
}

/**
 * `black`: to be put off. `white`: to be let in.
 *
 * An entry of the store is `{ first }`, the time of the first try, or `{ used }`, that of the last use of a client which
 * has tried again; both in milliseconds since 1970. The store forgets them after `grey` and `white` seconds.
 */
export type Colour = "black" | "white";

/** What a try at `time` comes to. An entry that should be forgotten counts as none, whatever the store's clock says. */
export function tryAt(time: number, entry: Json | undefined, timeouts: Timeouts): Change<Colour> {
  const used = timeIn(entry, "used");
  if (used !== undefined && time - used < timeouts.white * 1000) return letIn(time, timeouts);
  const first = timeIn(entry, "first");
  const age = first === undefined ? Infinity : time - first;
  if (age < timeouts.black * 1000) return { ending: "black" };
  if (age < timeouts.grey * 1000) return letIn(time, timeouts);
  return { ending: "black", write: { value: { first: time }, expires: timeouts.grey } };
}

function letIn(time: number, { white }: Timeouts): Change<Colour> {
  return { ending: "white", write: { value: { used: time }, expires: white } };
}

function timeIn(entry: Json | undefined, member: "first" | "used"): number | undefined {
  if (typeof entry !== "object" || entry === null || !(member in entry)) return undefined;
  const time = (entry as { readonly [name: string]: Json })[member];
  return typeof time === "number" ? time : undefined;
}
