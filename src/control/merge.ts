// What several workers say of themselves, as one. Pure.

import type { SessionSummary } from "../live/live_session.ts";
import type { PluginCounters, PluginView, ReloadView, Status } from "./control.ts";

/** What only the primary knows. */
export type Primary = Pick<Status, "version" | "runtime" | "hostname" | "pid" | "started" | "warnings"> & {
  readonly stopping: boolean;
  /** How many processes should serve. */
  readonly wanted: number;
};

/** Overloaded only if everybody is: the others still take clients. `asked`: how many workers there are. */
export function mergeStatus(primary: Primary, workers: readonly Status[]): Status {
  const { stopping, wanted, warnings, ...facts } = primary;
  const all = workers.flatMap((each) => each.workers);
  const overloaded = all.length > 0 && all.every((each) => each.overloaded);
  const why = stopping ? "stopping" : all.length === 0 ? "starting" : overloaded ? "overloaded" : undefined;
  const missing = all.length < wanted ? [`${wanted - all.length} of ${wanted} workers do not answer`] : [];
  return {
    ...facts,
    generation: all.reduce((least, { generation }) => Math.min(least, generation), all[0]?.generation ?? 0),
    workers: all,
    ready: why === undefined,
    ...(why === undefined ? {} : { why }),
    warnings: [...warnings, ...(stopping ? [] : missing), ...new Set(workers.flatMap((each) => each.warnings))],
  };
}

export function mergeSessions(
  workers: readonly (readonly SessionSummary[])[],
  most: number,
): readonly SessionSummary[] {
  return workers.flat().sort((a, b) => a.began - b.began).slice(0, most);
}

/** The plugins of the first, with the counters of all that serve the very same. */
export function mergePlugins(workers: readonly (readonly PluginView[])[]): readonly PluginView[] {
  const [first = [], ...others] = workers;
  return first.map((plugin) => {
    const same = others.flatMap((each) =>
      each.filter(({ label, digest }) => {
        return label === plugin.label && digest === plugin.digest;
      })
    );
    return same.reduce(together, plugin);
  });
}

function together(a: PluginView, b: PluginView): PluginView {
  const counters = a.counters && b.counters && addCounters(a.counters, b.counters);
  const breaker = worse(a.breaker, b.breaker);
  return { ...a, ...(counters && { counters }), ...(breaker && { breaker }) };
}

function addCounters(a: PluginCounters, b: PluginCounters): PluginCounters {
  const failures = new Set([...Object.keys(a.failed), ...Object.keys(b.failed)]);
  return {
    answered: a.answered + b.answered,
    failed: Object.fromEntries([...failures].map((name) => [name, (a.failed[name] ?? 0) + (b.failed[name] ?? 0)])),
    micros: a.micros + b.micros,
    slowestMicros: Math.max(a.slowestMicros, b.slowestMicros),
    cpu: a.cpu + b.cpu,
    fuel: a.fuel + b.fuel,
    memory: Math.max(a.memory, b.memory),
  };
}

const states = ["closed", "trying", "open"] as const;

function worse(a: PluginView["breaker"], b: PluginView["breaker"]): PluginView["breaker"] {
  const worst = Math.max(...[a, b].map((state) => state === undefined ? -1 : states.indexOf(state)));
  return states[worst];
}

/** Put in force only if every worker did; otherwise every problem, once. */
export function mergeReloads(workers: readonly ReloadView[]): ReloadView {
  const kept = workers.flatMap((each) => each.kind === "kept" ? [each] : []);
  const number = workers.reduce((least, each) => Math.min(least, each.number), workers[0]?.number ?? 0);
  const [first] = workers;
  if (first === undefined) return { kind: "kept", number: 0, problems: ["no worker serves now"] };
  if (kept.length > 0) return { kind: "kept", number, problems: unique(kept.flatMap(({ problems }) => problems)) };
  const warnings = workers.flatMap((each) => each.kind === "reloaded" ? each.warnings : []);
  return first.kind === "kept" ? first : { ...first, number, warnings: unique(warnings) };
}

function unique(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)];
}
