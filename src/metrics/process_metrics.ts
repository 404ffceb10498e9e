// The figures of the process itself: what it is, how long it runs, what it takes.

import process, { cpuUsage, memoryUsage } from "node:process";
import { counter, gauge } from "./family.ts";
import type { MetricFamily } from "./snapshot.ts";

/** What runs; `runtime` as in `Node 24.21.0`. */
export interface Build {
  readonly version: string;
  readonly runtime: string;
}

/** Names as Prometheus' own clients have them, where they have one. */
export function processFamilies({ version, runtime }: Build): readonly MetricFamily[] {
  const { rss, heapUsed, external } = memoryUsage();
  const { user, system } = cpuUsage();
  // Deno has it on the object alone.
  const up = process.uptime();
  return [
    gauge("qpsmtpd_build_info", "What runs; always 1.", "max", [{ labels: { version, runtime }, value: 1 }]),
    gauge("process_start_time_seconds", "Seconds since 1970.", "each", Math.round(Date.now() / 1000 - up)),
    counter("process_cpu_seconds_total", "CPU of the process.", (user + system) / 1e6),
    gauge("process_resident_memory_bytes", "Resident memory.", "each", rss),
    gauge("qpsmtpd_heap_bytes", "The heap in use, buffers included.", "each", heapUsed + external),
  ];
}
