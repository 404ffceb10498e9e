// The figures of one process at one moment, or of several merged: plain JSON, what Prometheus text is made of.

export interface MetricsSnapshot {
  /** No name twice. */
  readonly families: readonly MetricFamily[];
}

export interface MetricFamily {
  /** `qpsmtpd_sessions`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /**
   * What of several processes is made one: added up, the largest (of figures that all of them see alike), or each by
   * itself with a label `worker`.
   */
  readonly merge: "sum" | "max" | "each";
  /** No labels twice. */
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly labels: Labels;
  /** Of a histogram the sum of all that was observed. */
  readonly value: number;
  /** Of a histogram: how many were at or below each bound, so they never get less; the last has no bound and is all. */
  readonly buckets?: readonly Bucket[];
}

export type Labels = { readonly [name: string]: string };

export interface Bucket {
  readonly bound?: number;
  readonly count: number;
}
