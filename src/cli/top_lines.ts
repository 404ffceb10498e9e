// What `qpsmtpd top` shows, for a terminal of any size. Pure.

import { escapeControls } from "../text/quote.ts";
import { cut } from "./cells.ts";
import { shortDuration, shortNumber, shortSize } from "./durations.ts";
import type { Paint } from "./paint.ts";
import { isAiling } from "./plugin_lines.ts";
import { sessionColumns, sessionRow } from "./session_lines.ts";
import { type Column, formatTable } from "./table.ts";
import type { Size } from "./terminal.ts";
import { type PluginRates, type Rates, ratesOf, type Sample } from "./top_sample.ts";

/** At most `rows` lines of at most `columns` cells each. `note` is the last of them. */
export function topLines(
  before: Sample | undefined,
  now: Sample,
  { columns, rows }: Size,
  paint: Paint,
  note?: string,
): readonly string[] {
  const rates = ratesOf(before, now);
  const head = headLines(now, rates, columns).map((line, at) => at === 0 ? paint(line, "bold") : line);
  const warnings = now.status.warnings.slice(0, 1).map((line) => paint(cut(escapeControls(line), columns), "yellow"));
  const foot = note === undefined ? [] : [paint(cut(escapeControls(note), columns), "dim")];
  // Two blank lines, and the heads of two tables.
  const room = Math.max(0, rows - head.length - warnings.length - foot.length - 4);
  const forPlugins = Math.min(rates.plugins.length, Math.max(Math.ceil(room / 2), room - now.sessions.length));
  const lines = [
    ...head,
    ...warnings,
    "",
    ...pluginLines(rates.plugins, forPlugins, columns, paint),
    "",
    ...sessionLines(now, room - forPlugins, columns, paint),
  ];
  const body = lines.slice(0, Math.max(0, rows - foot.length));
  return [...body, ...foot];
}

function headLines({ at, status, figures, sessions }: Sample, rates: Rates, columns: number): readonly string[] {
  const { version, hostname, runtime, started, generation, workers, ready, why } = status;
  const processes = workers.length > 1 ? `, ${workers.length} processes` : "";
  const serves = ready ? "" : `, NOT READY: ${why ?? "?"}`;
  const memory = figures.reduce(
    (sum, { name, value }) => name === "process_resident_memory_bytes" ? sum + value : sum,
    0,
  );
  const under = workers.length > 0 ? workers.reduce((sum, worker) => sum + worker.sessions, 0) : sessions.length;
  const replies = rates.replies.map(([code, rate]) => `${code} ${shortNumber(rate)}`).join("  ");
  return [
    `qpsmtpd ${version} at ${hostname}, ${runtime}, up ${shortDuration(at - started)}, generation ${generation}` +
    `${processes}${serves}`,
    `sessions ${under}  connections ${shortNumber(rates.connections)}/s  messages ${shortNumber(rates.messages)}/s  ` +
    `refusals ${shortNumber(rates.refusals)}/s  memory ${shortSize(memory)}`,
    `replies/s  ${replies}`.trimEnd(),
  ].map((line) => cut(escapeControls(line), columns));
}

const pluginColumns: readonly Column[] = [
  { title: "PLUGIN", least: 12 },
  { title: "CALLS/S", right: true },
  { title: "FAILED", right: true },
  { title: "MEAN US", right: true },
  { title: "CPU MS/S", right: true },
  { title: "BREAKER" },
];

/** Those that were called most, in the order of the configuration. */
function pluginLines(all: readonly PluginRates[], most: number, room: number, paint: Paint): readonly string[] {
  const ranked = [...all].sort((a, b) => Number(isAiling(b.plugin)) - Number(isAiling(a.plugin)) || b.calls - a.calls);
  const kept = new Set(ranked.slice(0, most));
  const shown = all.filter((each) => kept.has(each));
  const rows = shown.map(({ plugin, calls, failed, mean, cpu }) => [
    plugin.label,
    shortNumber(calls),
    String(failed),
    String(Math.round(mean)),
    shortNumber(cpu),
    plugin.enabled ? plugin.breaker ?? "" : "off",
  ]);
  const [head = "", ...lines] = formatTable(pluginColumns, rows, room);
  const more = all.length > shown.length ? `  (${all.length - shown.length} more)` : "";
  return [
    paint(cut(`${head}${more}`, room), "bold"),
    ...lines.map((line, at) => {
      const plugin = shown[at]?.plugin;
      return plugin !== undefined && isAiling(plugin) ? paint(line, "red") : line;
    }),
  ];
}

function sessionLines({ sessions, at }: Sample, most: number, room: number, paint: Paint): readonly string[] {
  const longest = [...sessions].sort((a, b) => a.began - b.began).slice(0, Math.max(0, most));
  const [head = "", ...lines] = formatTable(sessionColumns, longest.map((session) => sessionRow(session, at)), room);
  return [paint(head, "bold"), ...lines];
}
