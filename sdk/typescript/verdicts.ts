// The words a plugin answers with.

import type {
  Accept,
  Answer,
  AuthenticationResult,
  Edit,
  NotesUpdate,
  Pass,
  Refusal,
  Text,
  Verdict,
} from "../contract/verdict.ts";

/** How a refusal is worded beyond its text; see `Refusal` in the contract. */
export interface RefusalOptions {
  readonly code?: number;
  readonly status?: string;
  readonly disconnect?: boolean;
}

/** No opinion: the next plugin is asked (qpsmtpd's DECLINED). */
export function pass(): Pass {
  return passed;
}

/** The answer to most questions: made once, so that the guest knows it again and need not put it into words. */
export const passed: Pass = Object.freeze({ verdict: "pass" });

/** Yes, and no later plugin is asked (qpsmtpd's OK). */
export function accept(text?: Text): Accept {
  return text === undefined ? { verdict: "accept" } : { verdict: "accept", text };
}

/** No, for good (qpsmtpd's DENY; with `disconnect` DENY_DISCONNECT). */
export function reject(text: Text, options: RefusalOptions = {}): Refusal {
  return { verdict: "reject", text, ...options };
}

/** No, for now (qpsmtpd's DENYSOFT; with `disconnect` DENYSOFT_DISCONNECT). */
export function defer(text: Text, options: RefusalOptions = {}): Refusal {
  return { verdict: "defer", text, ...options };
}

/** The same verdict, and something to remember: merged key by key, seen again in `event.notes`. */
export function noting(verdict: Verdict, notes: NotesUpdate): Answer {
  return { ...verdict, notes };
}

/** The same verdict, and what was checked and found; see `AuthenticationResult` in the contract for where. */
export function finding(verdict: Verdict, ...results: readonly AuthenticationResult[]): Answer {
  return { ...verdict, results };
}

/** The same verdict with changes to the message; only `data_post` may ask for them. */
export function editing(verdict: Verdict, ...edits: readonly Edit[]): Answer {
  return { ...verdict, edits };
}
