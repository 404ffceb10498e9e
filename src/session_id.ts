// Names for sessions: short, unique in a log of years and on any number of processes, and of no use to an attacker.

import { randomBytes } from "node:crypto";

const process = randomBytes(3).toString("hex");
let count = 0;

/** 12 to 20 characters `a-z0-9`: the second, this process, a counter. Sorts by time. */
export function newSessionId(now: number = Date.now()): string {
  count = (count + 1) % 36 ** 4;
  return `${Math.floor(now / 1000).toString(36)}${process}${count.toString(36)}`;
}
