// Makes families of figures: which kind they are, and what becomes of them where several processes serve.

import type { MetricFamily, MetricSample } from "./snapshot.ts";

type Samples = readonly MetricSample[] | number | undefined;

/** Only grows, and is added up. */
export function counter(name: string, help: string, samples: Samples): MetricFamily {
  return { name, help, type: "counter", merge: "sum", samples: samplesOf(samples) };
}

/** No samples where it is not known. */
export function gauge(name: string, help: string, merge: MetricFamily["merge"], samples: Samples): MetricFamily {
  return { name, help, type: "gauge", merge, samples: samplesOf(samples) };
}

export function histogram(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, help, type: "histogram", merge: "sum", samples };
}

function samplesOf(samples: Samples): readonly MetricSample[] {
  if (samples === undefined) return [];
  return typeof samples === "number" ? [{ labels: {}, value: samples }] : samples;
}
