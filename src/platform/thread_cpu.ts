// The processor time of this thread, where the runtime has a clock for it that is quick and fine enough.

import process from "node:process";
import { runtime } from "./runtime.ts";

/** Node's types do not have it yet. Microseconds. */
interface ThreadCpu {
  threadCpuUsage?(): { readonly user: number; readonly system: number };
}

const source = process as unknown as ThreadCpu;

/** Deno has it too, but takes 20 us for an answer that moves in steps of 10 ms. */
const usable = typeof source.threadCpuUsage === "function" && runtime().name !== "Deno";

/**
 * Milliseconds this thread has been running since it began, or undefined where that is not to be had. Time in which the
 * system let others run does not count, which is what a limit of CPU time should mean on a busy machine.
 */
export function threadCpu(): number | undefined {
  if (!usable) return undefined;
  const used = source.threadCpuUsage?.();
  return used === undefined ? undefined : (used.user + used.system) / 1000;
}
