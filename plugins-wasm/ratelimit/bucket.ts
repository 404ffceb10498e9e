// A bucket of tokens: it holds `burst` of them, earns one an interval, and each deed takes one. Pure.

import type { Json } from "#sdk";
import type { Change } from "../shared/remembered.ts";
import type { Limit } from "./limit.ts";

/** Ten years: the longest that the store keeps anything. */
const longest = 315_576_000;

/**
 * Takes a token at `time`, if there is one; a deed that is refused takes none. The entry is the time at which the bucket
 * will be full again, in milliseconds since 1970: one number tells all, and a full bucket needs no entry.
 */
export function take(time: number, entry: Json | undefined, { interval, burst }: Limit): Change<"taken" | "empty"> {
  // Times of this size have steps of 0.0002 ms, and each token may be off by one; half a token does not matter.
  const rounding = Math.min(interval / 2, 0.01 + burst * 0.0005);
  const empty = time + burst * interval;
  const full = typeof entry === "number" ? Math.max(entry, time) : time;
  if (full + interval <= empty + rounding) return { ending: "taken", write: until(full + interval, time) };
  // More than empty it can only be after the burst was lowered or a clock put back: nobody waits for that.
  return full > empty + rounding ? { ending: "empty", write: until(empty, time) } : { ending: "empty" };
}

function until(full: number, time: number): { readonly value: number; readonly expires: number } {
  return { value: full, expires: Math.min(longest, Math.max(1, Math.ceil((full - time) / 1000))) };
}
