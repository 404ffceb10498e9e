// For `node --import`: measures how late the event loop of the process is. SIGUSR2 begins, the next one prints and ends.

import { writeSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** Milliseconds between two looks. */
const resolution = 5;
const delay = monitorEventLoopDelay({ resolution });
let measuring = false;

process.on("SIGUSR2", () => {
  measuring = !measuring;
  if (measuring) {
    delay.reset();
    delay.enable();
    return;
  }
  delay.disable();
  const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map(lag);
  writeSync(2, `loop lag ${JSON.stringify({ p50, p99, max })}\n`);
});

/** The histogram holds nanoseconds between two looks; what is beyond the resolution is lag. */
function lag(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 10_000 - resolution * 100) / 100);
}
