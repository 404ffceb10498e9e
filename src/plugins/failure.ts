// How calls of a plugin end, and every way they can fail.

import type { Answer } from "../../sdk/contract/verdict.ts";

/**
 * Why there is no answer. `cpu`: it ran too long. `deadline`: it took too long, waiting included. `busy`: too many
 * calls wait, or the plugin is closed. `tooLarge`: the event is longer than it may be given. `forbidden`: its answer
 * needs a grant it does not have. `broken`: it failed so often that it is not asked for a while.
 */
export const failures = ["trap", "cpu", "deadline", "badOutput", "forbidden", "busy", "tooLarge", "broken"] as const;
export type Failure = (typeof failures)[number];

/** How one call ended. `micros` is wall time in microseconds. `message` is one line, safe to log. */
export type CallResult =
  | { readonly kind: "answered"; readonly answer: Answer; readonly micros: number }
  | { readonly kind: "failed"; readonly failure: Failure; readonly message: string; readonly micros: number };

/** The same before it is counted. */
export type Judged =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly failure: Failure; readonly message: string };

export function fail(failure: Failure, message: string): Judged {
  return { kind: "failed", failure, message };
}
