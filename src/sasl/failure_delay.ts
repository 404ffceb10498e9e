// How long the client has to wait for the news that it failed.

/** Milliseconds; longer would hold more sessions here than guessers away. */
const longest = 30_000;

/** `base` milliseconds for the first failure of a session, twice that for every further one. */
export function failureDelay(base: number, earlierFailures: number): number {
  return Math.min(base * 2 ** Math.min(earlierFailures, 30), Math.max(base, longest));
}
