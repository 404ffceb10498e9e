// Waits for a database that another process holds locked, without holding up this one.

import { setTimeout as pause } from "node:timers/promises";
import type { Failed } from "./store.ts";

/** How long to go on trying, in milliseconds. A lock of SQLite lasts some 20 us, unless somebody forgot it. */
export interface Patience {
  readonly wait: number;
  /** The longest pause between two attempts, in milliseconds: short where one waits for many. */
  readonly pause?: number;
  readonly signal?: AbortSignal | undefined;
  /** Turns whatever was thrown into one sentence. */
  readonly explain: (error: unknown) => string;
}

const longestPause = 50;

/**
 * What `act` returns. SQLite's own busy timeout sleeps inside the call, which would stop every session; so it is 0, and
 * trying again is done here, each time a random while later, so that processes do not meet again and again.
 */
export async function whenUnlocked<Result>(act: () => Result, patience: Patience): Promise<Result | Failed> {
  const deadline = performance.now() + patience.wait;
  for (let longest = 1;; longest = Math.min(longest * 2, patience.pause ?? longestPause)) {
    if (patience.signal?.aborted) return { kind: "failed", message: "The call has ended" };
    try {
      return act();
    } catch (error) {
      if (!isLocked(error) || performance.now() >= deadline) {
        return { kind: "failed", message: patience.explain(error) };
      }
    }
    await pause(longest * Math.random());
  }
}

/** By its text: not every runtime has SQLite's number of the error. */
export function isLocked(error: unknown): boolean {
  return /\bis locked\b|locking protocol/.test(messageOf(error));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
