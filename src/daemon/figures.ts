// The figures of this process, all of them, as they are at the moment of asking.

import type { Generations } from "../generation/generations.ts";
import type { OverloadWatch } from "../limits/sample.ts";
import type { ServerLog } from "../log/server_log.ts";
import { type Build, processFamilies } from "../metrics/process_metrics.ts";
import { serverFamilies } from "../metrics/server_metrics.ts";
import type { MetricsSnapshot } from "../metrics/snapshot.ts";
import type { Onlookers } from "./onlookers.ts";
import type { Journal } from "../receipts/journal.ts";
import type { Spool } from "../spool/spool.ts";

/** Whom they are asked of. */
export interface Sources {
  readonly build: Build;
  readonly generations: Generations;
  readonly onlookers: Onlookers;
  readonly overload: OverloadWatch;
  readonly spool: Spool;
  readonly serverLog: ServerLog;
  readonly journal: Journal;
}

export function figuresOf(sources: Sources): MetricsSnapshot {
  const { build, generations, onlookers, overload, spool, serverLog, journal } = sources;
  const server = serverFamilies({
    plugins: generations.current.plugins,
    generation: generations.number,
    standing: generations.standing,
    reloads: onlookers.reloads,
    overloaded: overload.now,
    gauges: overload.gauges,
    spool: spool.usage(),
    logDropped: serverLog.dropped,
    receiptsDropped: journal.lost,
  });
  return { families: [...processFamilies(build), ...onlookers.metrics.families, ...server] };
}
