// Which DNS lists were found to list everything, remembered in the plugin's store for an hour.

import { HostError } from "#sdk";
import type { Host, Json } from "#sdk";

/** By the name that no living list lists, zone included; `until` is in milliseconds since 1970. */
export type Tested = { readonly [control: string]: { readonly dead: boolean; readonly until: number } };

/** For how long a test is believed, in milliseconds. */
export const believed = 3_600_000;

/** One key for all lists, since one request for it stands in front of every question: needs `store:lists`. */
const key = "lists";

type Remembering = Pick<Host, "store" | "log">;

/** What is still believed at this time. */
export function recallTested(host: Remembering, time: number): Tested {
  const stored = unlessBroken<Json | undefined>(host, () => host.store.get(key));
  const entries = Object.entries((stored ?? {}) as Tested);
  return Object.fromEntries(entries.filter(([, { until }]) => until > time));
}

/** Replaces what was remembered. Of two sessions that test at the same time one is forgotten, which costs another test. */
export function rememberTested(host: Remembering, tested: Tested): void {
  unlessBroken(host, () => host.store.set(key, tested, { expires: believed / 1000 }));
}

/** Without the store a list is tested each time: that costs look-ups, but it goes on. */
function unlessBroken<Result>(host: Remembering, act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    host.log("warn", `Cannot remember which lists are dead: ${error.code}: ${error.message}`);
    return undefined;
  }
}
