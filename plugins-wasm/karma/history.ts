// What is remembered of a client: how many of its sessions were nice and naughty, and its penalty. Pure.

import type { Json } from "#sdk";

export interface History {
  /** How many sessions: those of long ago count for less than one. */
  readonly nice: number;
  readonly naughty: number;
  /** When these two were right, in milliseconds since 1970. */
  readonly at: number;
  /** When the penalty ends, if there was one. */
  readonly until?: number;
}

export type Deed = "nice" | "naughty";

export interface Terms {
  /** How far below nice sessions naughty ones bring a client under penalty. */
  readonly negative: number;
  /** Milliseconds. */
  readonly penalty: number;
  /** Milliseconds in which a session comes to count half; Infinity for never. */
  readonly halfLife: number;
}

const day = 86_400_000;

/** So many of one kind at most: nobody earns the right to be naughty a thousand times. */
const mostDeeds = 100;

/** A client of whom nothing good is known, and worse than this, is kept out for longer. */
const hopeless = -5;

/** Seconds: a history that never decays is forgotten after a year without a deed. */
const longest = 31_536_000;

/** From an entry of the store; whatever else is there is as good as nothing. */
export function readHistory(entry: Json | undefined, time: number): History {
  const { nice, naughty, at, until } = (entry ?? {}) as { readonly [name: string]: Json | undefined };
  if (typeof nice !== "number" || typeof naughty !== "number" || typeof at !== "number") {
    return { nice: 0, naughty: 0, at: time };
  }
  return typeof until === "number" ? { nice, naughty, at, until } : { nice, naughty, at };
}

/** Nice sessions less naughty ones, in whole sessions. */
export function balance({ nice, naughty }: History): number {
  return Math.round(nice - naughty);
}

/** Milliseconds of penalty that are left; 0 if there is none. */
export function penaltyLeft({ until = 0 }: History, time: number): number {
  return Math.max(0, until - time);
}

export function decayed(history: History, time: number, { halfLife }: Terms): History {
  const share = 0.5 ** (Math.max(0, time - history.at) / halfLife);
  return { ...history, nice: history.nice * share, naughty: history.naughty * share, at: time };
}

/** One session more; a naughty one may begin a penalty, or prolong it. */
export function adding(deed: Deed, before: History, time: number, terms: Terms): History {
  const old = decayed(before, time, terms);
  const opposite = deed === "nice" ? "naughty" : "nice";
  // What is more than the most takes from the other side: the balance goes on to change.
  const over = Math.max(0, old[deed] + 1 - mostDeeds);
  const after = { ...old, [deed]: old[deed] + 1 - over, [opposite]: Math.max(0, old[opposite] - over) };
  const sum = balance(after);
  if (deed === "nice" || sum > -terms.negative || terms.penalty === 0) return after;
  const extra = after.nice < 0.5 && sum < hopeless ? -sum * day : 0;
  return { ...after, until: Math.max(after.until ?? 0, time + terms.penalty + extra) };
}

/** For how many seconds it is worth keeping: as long as there is a penalty, or half a session of anything. */
export function keepFor(history: History, time: number, { halfLife }: Terms): number {
  const fading = halfLife * Math.log2(2 * Math.max(0.5, history.nice, history.naughty));
  const seconds = Math.ceil(Math.max(fading, penaltyLeft(history, time)) / 1000);
  return Math.max(1, Math.min(longest, seconds));
}
