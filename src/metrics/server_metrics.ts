// The figures of the server around its sessions: plugins, generations, spool, load, and what could not be kept.

import type { Gauges } from "../limits/overload.ts";
import type { BreakerState } from "../plugins/breaker.ts";
import type { Counters } from "../plugins/counters.ts";
import { counter, gauge } from "./family.ts";
import type { MetricFamily, MetricSample } from "./snapshot.ts";

/** What is looked at when somebody asks. */
export interface ServerFigures {
  /** Those of the generation in force; `name` is the label. */
  readonly plugins: readonly {
    readonly name: string;
    readonly counters: Counters;
    readonly breaker: BreakerState;
  }[];
  readonly generation: number;
  /** Generations that still serve somebody. */
  readonly standing: number;
  readonly reloads: { readonly reloaded: number; readonly kept: number };
  readonly overloaded: boolean;
  readonly gauges: Gauges | undefined;
  readonly spool: { readonly memory: number; readonly files: number };
  /** Lines of the log that were dropped, decisions that were not kept. */
  readonly logDropped: number;
  readonly receiptsDropped: number;
}

export function serverFamilies(figures: ServerFigures): readonly MetricFamily[] {
  const { generation, standing, reloads, overloaded, gauges, spool, logDropped, receiptsDropped } = figures;
  const byOutcome = Object.entries(reloads).map(([outcome, value]) => ({ labels: { outcome }, value }));
  return [
    ...pluginFamilies(figures),
    gauge("qpsmtpd_generation", "The number of the generation in force.", "each", generation),
    gauge("qpsmtpd_generations_standing", "Generations that still serve sessions.", "each", standing),
    counter("qpsmtpd_reloads_total", "Reloads by how they ended.", byOutcome),
    gauge("qpsmtpd_overloaded", "1: new clients are sent away.", "each", overloaded ? 1 : 0),
    gauge("qpsmtpd_event_loop_lag_seconds", "The longest of the last second.", "each", seconds(gauges?.loopLag)),
    gauge("qpsmtpd_open_files_ratio", "Open files, of those it may have.", "each", ratio(gauges?.openFiles)),
    gauge("qpsmtpd_spool_free_bytes", "Free on the spool's file system.", "max", gauges?.spoolFree),
    gauge("qpsmtpd_spool_memory_bytes", "Content on its way, in memory.", "sum", spool.memory),
    gauge("qpsmtpd_spool_files", "Messages on their way that went to the disk.", "sum", spool.files),
    counter("qpsmtpd_log_lines_dropped_total", "Lines that no log took.", logDropped),
    counter("qpsmtpd_receipts_dropped_total", "Decisions that were not kept.", receiptsDropped),
  ];
}

const states: readonly BreakerState[] = ["closed", "trying", "open"];

function pluginFamilies({ plugins }: ServerFigures): readonly MetricFamily[] {
  const each = (figure: (counters: Counters) => number): readonly MetricSample[] => {
    return plugins.map(({ name, counters }) => ({ labels: { plugin: name }, value: figure(counters) }));
  };
  const failures = plugins.flatMap(({ name, counters: { failed } }) => {
    return Object.entries(failed).map(([failure, value]) => ({ labels: { plugin: name, failure }, value }));
  });
  const breakers = plugins.flatMap(({ name, breaker }) => {
    return states.map((state) => ({ labels: { plugin: name, state }, value: state === breaker ? 1 : 0 }));
  });
  const { plugin_calls, plugin_failures, plugin_cpu, plugin_fuel, plugin_memory, plugin_slowest, plugin_breaker } =
    names;
  return [
    counter(plugin_calls, "Calls of a plugin since it was loaded.", each(callsOf)),
    counter(plugin_failures, "Calls that failed, by their failure.", failures),
    counter(plugin_cpu, "CPU that the plugin itself used.", each(({ cpu }) => cpu / 1000)),
    counter(plugin_fuel, "Fuel that it burned.", each(({ fuel }) => fuel)),
    gauge(plugin_memory, "The most that one instance had.", "max", each(({ memory }) => memory)),
    gauge(plugin_slowest, "Its slowest call.", "max", each(({ slowestMicros }) => slowestMicros / 1e6)),
    gauge(plugin_breaker, "Processes in which its breaker is in this state.", "sum", breakers),
  ];
}

const names = {
  plugin_calls: "qpsmtpd_plugin_calls_total",
  plugin_failures: "qpsmtpd_plugin_failures_total",
  plugin_cpu: "qpsmtpd_plugin_cpu_seconds_total",
  plugin_fuel: "qpsmtpd_plugin_fuel_total",
  plugin_memory: "qpsmtpd_plugin_memory_bytes",
  plugin_slowest: "qpsmtpd_plugin_slowest_seconds",
  plugin_breaker: "qpsmtpd_plugin_breaker",
};

function callsOf({ answered, failed }: Counters): number {
  return Object.values(failed).reduce((sum, each) => sum + each, answered);
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

function ratio(percent: number | undefined): number | undefined {
  return percent === undefined ? undefined : percent / 100;
}
