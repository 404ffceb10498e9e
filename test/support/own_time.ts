// How long something took this process, without what the machine made it wait: bounds on it hold on busy machines too.

import { threadCpu } from "../../src/platform/thread_cpu.ts";

/** Milliseconds between two rings, and the most of them that count: in a longer gap the process did not run. */
const between = 2;
const longest = 10;

/**
 * A stopwatch for waits: it stands still while the event loop does, so that a wait which is too long by a rule's fault
 * still is. To be read once; gives milliseconds.
 */
export function awakeTime(): () => number {
  let elapsed = 0;
  let last = performance.now();
  const ring = (): void => {
    const now = performance.now();
    elapsed += Math.min(now - last, longest);
    last = now;
  };
  const timer = setInterval(ring, between);
  timer.unref();
  return () => {
    clearInterval(timer);
    ring();
    return elapsed;
  };
}

/** Milliseconds of processor time that `work` took, or of time where the runtime does not tell. */
export function workTime(work: () => void): number {
  const began = threadCpu() ?? performance.now();
  work();
  return (threadCpu() ?? performance.now()) - began;
}
