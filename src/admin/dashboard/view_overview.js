// The server at a glance: is it ready, how much comes, what is refused, what takes time.

import { columns, share } from "./charts.js";
import { histograms, percentile, sums, total } from "./figures.js";
import { badge, button, cell, empty, facts, number, panel, row, table } from "./pieces.js";
import { may, state } from "./state.js";
import { h } from "./tree.js";
import { latelyPanel } from "./view_lately.js";
import { clock, count, duration, micros, octets, rate } from "./words.js";

/** @import { Figures, Histogram } from "./figures.js" */
/** @import { Child } from "./tree.js" */

/** @returns {readonly Child[]} */
export function overview() {
  const figures = state.measured.at(-1)?.figures;
  return [
    tiles(figures),
    warnings(),
    h(
      "div",
      { class: "panels" },
      overTime(),
      panel("Replies by code", replies(figures)),
      panel("Latency by hook", latency(figures)),
      panel("CPU by plugin", processor(figures)),
      panel("Processes", processes()),
      latelyPanel(),
    ),
  ];
}

/**
 * @param {Figures | undefined} figures
 * @returns {HTMLElement}
 */
function tiles(figures) {
  const { status } = state;
  const refused = perMinute((each) => refusalsIn(each, "4") + refusalsIn(each, "5"));
  const accepted = perMinute((each) => total(each, "qpsmtpd_messages_total", ({ ending }) => ending === "accepted"));
  const ready = status === undefined ? "…" : status.ready ? "Ready" : status.why ?? "not ready";
  return h(
    "div",
    { class: "tiles" },
    tile(
      "State",
      ready,
      status && `up ${duration(Date.now() - status.started)}`,
      status?.ready === false ? "bad" : "good",
    ),
    tile(
      "Sessions",
      count(total(figures, "qpsmtpd_sessions")),
      `${count(total(figures, "qpsmtpd_sessions_total"))} so far`,
    ),
    tile("Accepted", rate(accepted), "messages a minute"),
    tile("Refused", rate(refused), "replies a minute"),
    tile("Generation", String(status?.generation ?? "…"), status?.version),
    may("operate") &&
      h("div", { class: "tile act" }, button("Reload configuration", "reload all", { disabled: state.busy })),
  );
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string | undefined} more
 * @param {string} [tone]
 * @returns {HTMLElement}
 */
function tile(name, value, more, tone = "") {
  return h(
    "div",
    { class: "tile" },
    h("span", { class: "name" }, name),
    h("span", { class: `value ${tone}` }, value),
    h("span", { class: "muted" }, more ?? ""),
  );
}

/** @returns {Child} */
function warnings() {
  const lines = state.status?.warnings ?? [];
  if (lines.length === 0) return undefined;
  return h(
    "div",
    { class: "box warn" },
    h("strong", {}, "Warnings"),
    h("ul", {}, lines.map((line) => h("li", {}, line))),
  );
}

/**
 * @param {Figures} figures
 * @param {string} first
 * @returns {number}
 */
function refusalsIn(figures, first) {
  return total(figures, "qpsmtpd_replies_total", ({ code = "" }) => code.startsWith(first));
}

/**
 * How much a figure grew a minute, of the last half minute.
 * @param {(figures: Figures) => number} figure
 * @returns {number | undefined}
 */
function perMinute(figure) {
  const [last, first] = [state.measured.at(-1), state.measured.at(-8) ?? state.measured[0]];
  if (last === undefined || first === undefined || last === first) return undefined;
  return Math.max(0, (figure(last.figures) - figure(first.figures)) / (last.at - first.at) * 60_000);
}

/** @returns {HTMLElement} */
function overTime() {
  const { measured } = state;
  const bars = measured.slice(1).map(({ at, figures }, index) => {
    const before = measured[index];
    const parts = ["4", "5"].map((first) => {
      const grown = refusalsIn(figures, first) - (before === undefined ? 0 : refusalsIn(before.figures, first));
      return { value: Math.max(0, grown), tone: first === "4" ? "warn" : "bad" };
    });
    return { label: clock(at), parts };
  });
  const all = [...bars, ...Array.from({ length: Math.max(0, 60 - bars.length) }, () => ({ label: "", parts: [] }))];
  const seen = bars.flatMap(({ parts }) => parts).reduce((sum, { value }) => sum + value, 0);
  const since = measured[0] === undefined ? "" : ` since ${clock(measured[0].at)}`;
  const text = `${count(seen)} refusals${since}`;
  const legend = h("p", { class: "legend" }, badge("4xx later", "warn"), badge("5xx never", "bad"), text);
  return panel("Refusals over time", columns("Refusals over time", text, all, { width: 480, height: 90 }), legend);
}

/**
 * @param {Figures | undefined} figures
 * @returns {Child}
 */
function replies(figures) {
  const codes = [...sums(figures, "qpsmtpd_replies_total", "code")].sort(([a], [b]) => a.localeCompare(b));
  if (codes.length === 0) return empty("Nobody was told anything yet.");
  const most = Math.max(...codes.map(([, value]) => value));
  const rows = codes.map(([code, value]) => {
    const tone = code >= "500" ? "bad" : code >= "400" ? "warn" : "good";
    const drawn = share(`Replies with ${code}`, value / most, tone);
    return row(code, cell(badge(code, tone)), number(count(value)), h("td", { class: "wide" }, drawn));
  });
  return table("Replies by code", ["Code", "Replies#", ""], rows);
}

/**
 * @param {Figures | undefined} figures
 * @returns {Child}
 */
function latency(figures) {
  const hooks = [...histograms(figures, "qpsmtpd_hook_seconds", "hook")];
  if (hooks.length === 0) return empty("No plugin was asked yet.");
  const rows = hooks.map(([hook, histogram]) => {
    const mean = micros(histogram.sum / Math.max(1, histogram.count) * 1e6);
    const [half, most] = [50, 99].map((percent) => below(histogram, percent));
    const shape = h("td", { class: "wide" }, distribution(hook, histogram));
    return row(hook, cell(hook), number(count(histogram.count)), number(mean), number(half), number(most), shape);
  });
  return table("Latency by hook", ["Hook", "Asked#", "Mean#", "p50 ≤#", "p99 ≤#", "Shape"], rows);
}

/**
 * @param {Histogram} histogram
 * @param {number} percent
 * @returns {string}
 */
function below(histogram, percent) {
  const bound = percentile(histogram, percent);
  return Number.isFinite(bound) ? micros(bound * 1e6) : "more";
}

/**
 * @param {string} name
 * @param {Histogram} histogram
 * @returns {Node}
 */
function distribution(name, histogram) {
  const bars = histogram.buckets.map(({ bound, count }) => {
    const label = Number.isFinite(bound) ? `≤ ${micros(bound * 1e6)}` : "longer";
    return { label, parts: [{ value: count, tone: "accent" }] };
  });
  const text = `half within ${below(histogram, 50)}, 99 % within ${below(histogram, 99)}`;
  return columns(`Latency of ${name}`, text, bars, { width: 130, height: 24 });
}

/**
 * @param {Figures | undefined} figures
 * @returns {Child}
 */
function processor(figures) {
  const plugins = [...sums(figures, "qpsmtpd_plugin_cpu_seconds_total", "plugin")].sort(([, a], [, b]) => b - a);
  if (plugins.length === 0) return empty("No plugin has run yet.");
  const all = plugins.reduce((sum, [, value]) => sum + value, 0);
  const times = histograms(figures, "qpsmtpd_plugin_seconds", "plugin");
  const rows = plugins.map(([plugin, value]) => {
    const part = value / Math.max(1e-9, all);
    const histogram = times.get(plugin);
    const mean = histogram === undefined ? "–" : micros(histogram.sum / Math.max(1, histogram.count) * 1e6);
    const drawn = h("td", { class: "wide" }, share(`CPU of ${plugin}`, part));
    return row(
      plugin,
      cell(plugin),
      number(micros(value * 1e6)),
      number(`${Math.round(part * 100)} %`),
      number(mean),
      drawn,
    );
  });
  return table("CPU by plugin", ["Plugin", "CPU#", "Share#", "Mean call#", ""], rows);
}

/** @returns {Child} */
function processes() {
  const { status } = state;
  if (status === undefined) return empty("…");
  const rows = status.workers.map(({ pid, generation, standing, sessions, overloaded, memory }) => {
    const load = overloaded ? badge("overloaded", "bad") : badge("serving", "good");
    return row(
      String(pid),
      cell(pid),
      cell(load),
      number(sessions),
      number(generation),
      number(standing),
      number(octets(memory)),
    );
  });
  return h(
    "div",
    {},
    facts([["Runtime", status.runtime], ["Process", status.pid], ["Version", status.version]]),
    table("Processes", ["Process", "State", "Sessions#", "Gen.#", "Standing#", "Memory#"], rows),
  );
}
