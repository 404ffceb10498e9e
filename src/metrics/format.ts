// A snapshot as text for Prometheus, in its exposition format 0.0.4. Pure.

import type { Labels, MetricFamily, MetricSample, MetricsSnapshot } from "./snapshot.ts";

export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

/** Families without samples are left out. */
export function formatMetrics({ families }: MetricsSnapshot): string {
  return families.filter(({ samples }) => samples.length > 0).map(formatFamily).join("");
}

function formatFamily(family: MetricFamily): string {
  const { name, help, type, samples } = family;
  const lines = samples.flatMap((sample) => type === "histogram" ? histogramLines(name, sample) : [line(name, sample)]);
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function histogramLines(name: string, { labels, value, buckets = [] }: MetricSample): readonly string[] {
  const count = buckets.at(-1)?.count ?? 0;
  return [
    ...buckets.map((bucket) => {
      const le = bucket.bound === undefined ? "+Inf" : formatNumber(bucket.bound);
      return line(`${name}_bucket`, { labels: { ...labels, le }, value: bucket.count });
    }),
    line(`${name}_sum`, { labels, value }),
    line(`${name}_count`, { labels, value: count }),
  ];
}

function line(name: string, { labels, value }: MetricSample): string {
  return `${name}${formatLabels(labels)} ${formatNumber(value)}\n`;
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function formatNumber(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
