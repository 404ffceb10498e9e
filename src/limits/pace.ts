// Is a client too slow? Judged by the time spent waiting for it alone, never by the time that plugins and disks take.

export interface PaceLimits {
  /** Milliseconds: the longest wait for the next octets, and what is looked at in one go when the pace is judged. */
  readonly data: number;
  /** Octets a second that mail data must come to on average since the last look; 0 is no limit. */
  readonly slowest: number;
  /** Milliseconds of waiting for one message; `Infinity` is no limit. */
  readonly message: number;
}

/** How one message has come so far. Durations are milliseconds of waiting. */
export interface Pace {
  readonly waited: number;
  /** Since octets came last. */
  readonly silent: number;
  /** Since the last look, and the octets that came in that time. */
  readonly looking: number;
  readonly octets: number;
}

/** What one wait for the client came to. `octets` is 0 if it ended for another reason than that some came. */
export interface Wait {
  readonly waited: number;
  readonly octets: number;
}

export type Judgement =
  /** Wait again, at most so many milliseconds, and judge that wait. */
  | { readonly kind: "ok"; readonly pace: Pace; readonly waitAtMost: number }
  | { readonly kind: "silent" | "tooSlow" | "messageTooLong" | "sessionTooLong" };

/** Of a message from which nothing was waited for yet. */
export const unpaced: Pace = { waited: 0, silent: 0, looking: 0, octets: 0 };

/**
 * To be called before the first wait, with `{ waited: 0, octets: 0 }`, and after each one. What lies here already counts
 * when it is taken, with a wait of next to nothing. `sessionLeft` is how many milliseconds the session may still last:
 * see `sessionLeft`.
 */
export function judge(before: Pace, wait: Wait, limits: PaceLimits, sessionLeft: number): Judgement {
  const pace = after(before, wait);
  if (sessionLeft <= 0) return { kind: "sessionTooLong" };
  if (pace.waited >= limits.message) return { kind: "messageTooLong" };
  if (pace.silent >= limits.data) return { kind: "silent" };
  const looks = pace.looking >= limits.data;
  if (looks && pace.octets * 1000 < limits.slowest * pace.looking) return { kind: "tooSlow" };
  const next = looks ? { ...pace, looking: 0, octets: 0 } : pace;
  const waitAtMost = Math.min(
    limits.data - next.silent,
    limits.data - next.looking,
    limits.message - next.waited,
    sessionLeft,
  );
  return { kind: "ok", pace: next, waitAtMost };
}

/**
 * What is left of the time that a session may last, in milliseconds by any clock that only goes forward. It passes
 * while we work too, but is looked at only when the client is waited for: what was begun is finished.
 */
export function sessionLeft(began: number, now: number, within: number): number {
  return began + within - now;
}

function after({ waited, silent, looking, octets }: Pace, wait: Wait): Pace {
  return {
    waited: waited + wait.waited,
    silent: wait.octets > 0 ? 0 : silent + wait.waited,
    looking: looking + wait.waited,
    octets: octets + wait.octets,
  };
}
