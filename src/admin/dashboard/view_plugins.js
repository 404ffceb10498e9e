// All plugins in their order with what they do and cost, what they decided, and one of them in detail.

import { badge, cards, cell, detailHead, empty, number, panel, row, split, table } from "./pieces.js";
import { linkTo } from "./route.js";
import { state } from "./state.js";
import { h } from "./tree.js";
import { pluginDetail } from "./view_plugin.js";
import { count, digest, micros } from "./words.js";

/** @import { PluginView } from "../../control/control.ts" */
/** @import { Tone } from "./pieces.js" */
/** @import { Child } from "./tree.js" */

/** @returns {readonly Child[]} */
export function pluginsView() {
  const { plugins, route } = state;
  const heads = ["Plugin", "Mode", "Version", "Calls#", "Failed#", "Mean#", "Slowest#", "CPU#", "Fuel#", "Breaker"];
  const list = h(
    "div",
    { class: "list" },
    plugins.length === 0 ? empty("The configuration has no plugins.") : cards("Plugins", heads, plugins.map(pluginRow)),
    panel("Decisions by plugin and hook", decisions()),
  );
  const open = plugins.find(({ label }) => label === route.id);
  const detail = route.id === undefined ? undefined : open === undefined ? unknown(route.id) : pluginDetail(open);
  return [split(list, detail)];
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function unknown(id) {
  return h(
    "section",
    { class: "panel detail", "data-detail": true, "data-key": id },
    detailHead(state.status === undefined ? "One moment…" : "There is no such plugin", linkTo("plugins")),
  );
}

/**
 * @param {PluginView} plugin
 * @returns {HTMLElement}
 */
function pluginRow({ label, enabled, version, digest: file, source, policy, counters, breaker }) {
  const link = {
    href: linkTo("plugins", label),
    "data-row": label,
    "aria-current": state.route.id === label ? "true" : undefined,
  };
  const failed = Object.values(counters?.failed ?? {}).reduce((sum, each) => sum + each, 0);
  const calls = (counters?.answered ?? 0) + failed;
  const known = counters !== undefined;
  return row(
    label,
    cell(h("a", link, label)),
    cell(enabled ? badge(policy.mode, modeTones[policy.mode]) : badge("off")),
    cell(
      version ?? "–",
      file !== undefined && [" ", h("code", { class: "muted", title: file }, digest(file))],
      source === "deployed" && [" ", badge("uploaded", "accent")],
    ),
    number(known ? count(calls) : "–"),
    number(failed > 0 ? badge(count(failed), "bad") : known ? "0" : "–"),
    number(known && calls > 0 ? micros(counters.micros / calls) : "–"),
    number(known && calls > 0 ? micros(counters.slowestMicros) : "–"),
    number(known ? micros(counters.cpu * 1000) : "–"),
    number(known ? count(counters.fuel) : "–"),
    cell(
      breaker === undefined ? "–" : badge(breaker, breaker === "closed" ? "good" : breaker === "open" ? "bad" : "warn"),
    ),
  );
}

/** @type {{ readonly [mode: string]: Tone }} */
const modeTones = { enforce: "good", late: "accent", monitor: "warn", off: "plain" };

/** In the order in which they matter. */
const kinds = ["passes", "accepts", "refuses", "late", "tolerated", "failed", "skipped"];

/** @returns {Child} */
function decisions() {
  const samples = state.measured.at(-1)?.figures.get("qpsmtpd_findings_total") ?? [];
  if (samples.length === 0) return empty("No plugin was asked yet.");
  /** @type {Map<string, { readonly plugin: string, readonly hook: string, readonly by: Map<string, number> }>} */
  const pairs = new Map();
  for (const { labels: { plugin = "", hook = "", finding = "" }, value } of samples) {
    const key = `${plugin}\n${hook}`;
    const pair = pairs.get(key) ?? { plugin, hook, by: new Map() };
    pair.by.set(finding, (pair.by.get(finding) ?? 0) + value);
    pairs.set(key, pair);
  }
  const rows = [...pairs].map(([key, { plugin, hook, by }]) => {
    return row(key, cell(plugin), cell(hook), kinds.map((kind) => number(figure(kind, by.get(kind) ?? 0))));
  });
  return table("Decisions by plugin and hook", ["Plugin", "Hook", ...kinds.map((kind) => `${kind}#`)], rows);
}

/**
 * @param {string} kind
 * @param {number} value
 * @returns {Child}
 */
function figure(kind, value) {
  if (value === 0) return h("span", { class: "muted" }, "0");
  const tone = { refuses: "bad", late: "bad", failed: "warn", tolerated: "warn", accepts: "good" }[kind];
  return tone === undefined ? count(value) : h("span", { class: `tone ${tone}` }, count(value));
}
