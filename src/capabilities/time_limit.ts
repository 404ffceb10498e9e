// Waiting that ends: with the work, with its time, or with the call it belongs to.

import type { Fulfilled } from "./capability.ts";
import { refused } from "./fulfilled.ts";

/** `aborted`: the call is over, and nobody waits for the answer any more. */
export type Timed<T> =
  | { readonly kind: "ended"; readonly value: T }
  | { readonly kind: "timeout" }
  | { readonly kind: "aborted" };

/**
 * The work gets a signal that is aborted when its time (milliseconds) or the call is over. It is not waited for after
 * that, heed the signal or not. Rejects as the work does.
 */
export function withinTime<T>(
  milliseconds: number,
  call: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Timed<T>> {
  if (call.aborted) return Promise.resolve({ kind: "aborted" });
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      call.removeEventListener("abort", abort);
    };
    const giveUp = (kind: "timeout" | "aborted"): void => {
      settle();
      resolve({ kind });
      controller.abort();
    };
    const abort = (): void => giveUp("aborted");
    const timer = setTimeout(() => giveUp("timeout"), milliseconds);
    call.addEventListener("abort", abort, { once: true });
    work(controller.signal).then((value) => resolve({ kind: "ended", value }), reject).finally(settle);
  });
}

/** The same for a request: codes `timeout` and `aborted`, and `failed` for a bug or broken I/O. Never rejects. */
export async function fulfilledWithin(
  milliseconds: number,
  call: AbortSignal,
  work: (signal: AbortSignal) => Promise<Fulfilled>,
): Promise<Fulfilled> {
  try {
    const timed = await withinTime(milliseconds, call, work);
    if (timed.kind === "ended") return timed.value;
    if (timed.kind === "aborted") return refused("aborted", "the call is over");
    return refused("timeout", `it took longer than ${milliseconds} ms`);
  } catch (error) {
    return refused("failed", error instanceof Error ? error.message : String(error));
  }
}
