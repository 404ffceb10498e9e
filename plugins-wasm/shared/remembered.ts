// What plugins that remember things about clients share: a change that loses no other, and going on without the store.

import { HostError } from "#sdk";
import type { Answer, Host, Json } from "#sdk";

/** What to make of the entry that is there. Without `write` it stays as it is. `expires` is in seconds. */
export interface Change<Ending> {
  readonly ending: Ending;
  readonly write?: { readonly value: Json; readonly expires: number };
}

/** `contended`: others were faster every time; `ending` is of what was there at last, and nothing was written. */
export interface Changed<Ending> {
  readonly kind: "changed" | "contended";
  readonly ending: Ending;
}

/**
 * Reads an entry and changes it, unless someone else has changed it meanwhile: then again with what is there now, at
 * most `attempts` times. Costs a request, and one more for each attempt.
 */
export function changeEntry<Ending>(
  { store }: Host,
  key: string,
  attempts: number,
  change: (value: Json | undefined) => Change<Ending>,
): Changed<Ending> {
  let value = store.get(key);
  let { ending, write } = change(value);
  for (let attempt = 0; write !== undefined; attempt++) {
    if (attempt === attempts) return { kind: "contended", ending };
    const compared = store.compareAndSet(key, value, write.value, { expires: write.expires });
    if (compared.stored) break;
    value = compared.value;
    ({ ending, write } = change(value));
  }
  return { kind: "changed", ending };
}

/**
 * What `decide` says, or `otherwise` and a line in the log if the store does not work. It fails open on purpose: who only
 * slows down strangers must not stop all mail because a disk is full.
 */
export function unlessStoreFails(host: Host, otherwise: Answer, decide: () => Answer): Answer {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    host.log("warn", `The store does not work, so nothing was checked: ${error.code}: ${error.message}`);
    return otherwise;
  }
}
