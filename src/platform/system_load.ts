// How busy the machine is, as its kernel counts.

import { availableParallelism, loadavg } from "node:os";

/** Averages over 1, 5 and 15 minutes, and how many processors there are. */
export interface SystemLoad {
  readonly averages: readonly [number, number, number];
  readonly processors: number;
}

/** Windows counts none, and Deno tells only whom it lets (--allow-sys=loadavg). */
export function systemLoad(): SystemLoad | undefined {
  try {
    const [one = 0, five = 0, fifteen = 0] = loadavg();
    if (process.platform === "win32") return undefined;
    return { averages: [one, five, fifteen], processors: availableParallelism() };
  } catch {
    return undefined;
  }
}
