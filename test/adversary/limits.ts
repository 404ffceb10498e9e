// What adversaries may use, and who is there beside them.

import { defaultLimits } from "../../src/plugins/plugin_limits.ts";

/** Milliseconds a guest may run in one call; all other limits are the usual ones but for `wall`. */
export const cpuLimit: number = defaultLimits.cpu;

/** Milliseconds of one call in all, where an attack is not given less. */
export const wallLimit = 2000;

/** Honest sessions. */
export const bystanderCount = 50;
