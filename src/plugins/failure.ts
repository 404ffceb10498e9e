// How calls of a plugin end, and every way they can fail.

import type { Answer } from "../../sdk/contract/verdict.ts";
import type { HostRequest } from "../hooks/askable.ts";

/**
 * Why there is no answer. `cpu`: it ran too long. `deadline`: it took too long, waiting included. `busy`: too many
 * calls wait, or the plugin is closed. `tooLarge`: the event is longer than it may be given. `forbidden`: its answer
 * needs a grant it does not have. `broken`: it failed so often that it is not asked for a while.
 */
export const failures = ["trap", "cpu", "deadline", "badOutput", "forbidden", "busy", "tooLarge", "broken"] as const;
export type Failure = (typeof failures)[number];

/** How one call ended. `micros` is wall time in microseconds, `fuel` what the guest burned. `message` is one line, safe to log. */
export type CallResult =
  | { readonly kind: "answered"; readonly answer: Answer } & Cost
  | { readonly kind: "failed"; readonly failure: Failure; readonly message: string } & Cost;

interface Cost {
  readonly micros: number;
  readonly fuel: number;
  /** What it asked of the host; absent: nothing. */
  readonly requests?: readonly HostRequest[];
}

/** The same before it is counted. */
export type Judged =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly failure: Failure; readonly message: string };

export function fail(failure: Failure, message: string): Judged {
  return { kind: "failed", failure, message };
}
