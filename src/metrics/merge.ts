// One snapshot of those of several processes. Pure.

import type { Bucket, Labels, MetricFamily, MetricSample, MetricsSnapshot } from "./snapshot.ts";

export interface WorkerSnapshot {
  /** The value of the label `worker`: as few as there are places for workers, not one for every process there ever was. */
  readonly worker: string;
  readonly snapshot: MetricsSnapshot;
}

/** Families of a name are expected to be alike, as those of one version are: the first says what it is. */
export function mergeSnapshots(all: readonly WorkerSnapshot[]): MetricsSnapshot {
  const byName = new Map<string, { readonly family: MetricFamily; readonly samples: Map<string, MetricSample> }>();
  for (const { worker, snapshot } of all) {
    for (const family of snapshot.families) {
      const merged = byName.get(family.name) ?? { family, samples: new Map<string, MetricSample>() };
      byName.set(family.name, merged);
      for (const sample of family.samples) add(merged.samples, sample, merged.family, worker);
    }
  }
  return {
    families: [...byName.values()].map(({ family, samples }) => ({ ...family, samples: [...samples.values()] })),
  };
}

function add(samples: Map<string, MetricSample>, sample: MetricSample, { merge }: MetricFamily, worker: string): void {
  const labels = merge === "each" ? { ...sample.labels, worker } : sample.labels;
  const key = keyOf(labels);
  const before = samples.get(key);
  if (before === undefined) samples.set(key, { ...sample, labels });
  else samples.set(key, merge === "max" ? larger(before, sample) : sumOf(before, sample));
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => one < other ? -1 : 1));
}

function larger(one: MetricSample, other: MetricSample): MetricSample {
  return other.value > one.value ? other : one;
}

function sumOf(one: MetricSample, other: MetricSample): MetricSample {
  const value = one.value + other.value;
  if (one.buckets === undefined) return { labels: one.labels, value };
  return { labels: one.labels, value, buckets: sumOfBuckets(one.buckets, other.buckets ?? []) };
}

function sumOfBuckets(one: readonly Bucket[], other: readonly Bucket[]): readonly Bucket[] {
  return one.map((bucket, index) => ({ ...bucket, count: bucket.count + (other[index]?.count ?? 0) }));
}
