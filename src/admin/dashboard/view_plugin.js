// One plugin: what it is and may do, what it costs, what it was, and the buttons that change it.

import { badge, button, cell, chips, detailHead, facts, number, row, table } from "./pieces.js";
import { linkTo } from "./route.js";
import { may, state } from "./state.js";
import { h } from "./tree.js";
import { uploadPanel } from "./view_upload.js";
import { count, digest, micros, moment, octets } from "./words.js";

/** @import { PluginView } from "../../control/control.ts" */
/** @import { Child } from "./tree.js" */

/**
 * @param {PluginView} plugin
 * @returns {HTMLElement}
 */
export function pluginDetail(plugin) {
  const { label, name, enabled, manifest } = plugin;
  const description = text(manifest?.["description"]);
  return h(
    "section",
    { class: "panel detail", "data-detail": true, "data-key": label, "aria-label": `Plugin ${label}` },
    detailHead([label, !enabled && [" ", badge("off")]], linkTo("plugins")),
    description !== undefined && h("p", {}, description),
    may("operate") && changes(plugin),
    may("deploy") && uploadPanel(label),
    what(plugin, name),
    h("h3", {}, "Needs and grants"),
    needs(plugin),
    h("h3", {}, "Since it was loaded"),
    figures(plugin),
    h("h3", {}, "Versions"),
    versions(plugin),
    h(
      "details",
      {},
      h("summary", {}, "Manifest"),
      h("pre", { tabindex: "0" }, JSON.stringify(manifest ?? {}, undefined, 2)),
    ),
    h(
      "details",
      {},
      h("summary", {}, "Limits"),
      h("pre", { tabindex: "0" }, JSON.stringify(plugin.limits, undefined, 2)),
    ),
  );
}

/**
 * @param {PluginView} plugin
 * @param {string} name
 * @returns {HTMLElement}
 */
function what({ version, digest: file, file: path, source, hooks, onError, policy }, name) {
  const { as, immune, for: only, score, order } = policy;
  return facts([
    ["Name", `${name} ${version ?? ""}`],
    [
      "File",
      h(
        "span",
        {},
        badge(source === "deployed" ? "uploaded" : "configuration", source === "deployed" ? "accent" : "plain"),
        " ",
        path,
      ),
    ],
    ["Digest", file === undefined ? undefined : h("code", {}, file)],
    ["Hooks", chips(hooks)],
    ["If it fails", onError],
    ["Refusals count as", as],
    ["Immune", immune.length === 0 ? undefined : immune.join(", ")],
    ["Only for", only.length === 0 ? undefined : only.join(", ")],
    ["Score", `${score.refusal} a refusal, weight ${score.weight}`],
    ["Order", order],
  ]);
}

const modes = ["enforce", "late", "monitor", "off"];

/**
 * @param {PluginView} plugin
 * @returns {HTMLElement}
 */
function changes({ label, enabled, policy, deployment, source }) {
  const disabled = state.busy;
  const chosen = modes.map((mode) => {
    const values = { "data-label": label, "data-mode": mode, "aria-pressed": String(policy.mode === mode), disabled };
    return button(mode, "mode", values);
  });
  const [before] = deployment?.history ?? [];
  const target = before?.digest === undefined
    ? "the file that the configuration names"
    : `version ${before.version ?? digest(before.digest)}`;
  const goesBack = before !== undefined || source === "deployed";
  return h(
    "div",
    { class: "changes" },
    h("div", { role: "group", "aria-label": "Mode", class: "segments" }, chosen),
    h(
      "div",
      { class: "buttons" },
      button("Reload", "reload", { "data-label": label, disabled }),
      enabled
        ? button("Switch off", "disable", { "data-label": label, disabled, class: "risky" })
        : button("Switch on", "enable", { "data-label": label, disabled }),
      goesBack &&
        button("Roll back", "rollback", { "data-label": label, "data-target": target, disabled, class: "risky" }),
    ),
  );
}

/**
 * @param {PluginView} plugin
 * @returns {HTMLElement}
 */
function needs({ manifest, grants }) {
  const needed = Array.isArray(manifest?.["needs"]) ? manifest["needs"].map(String) : undefined;
  return facts([["Needs", chips(needed)], ["Granted", chips(grants, "accent")]]);
}

/**
 * @param {PluginView} plugin
 * @returns {Child}
 */
function figures({ counters, breaker }) {
  if (counters === undefined) return h("p", { class: "muted" }, "It is not loaded.");
  const failures = Object.entries(counters.failed).filter(([, value]) => value > 0);
  const failed = failures.reduce((sum, [, value]) => sum + value, 0);
  const calls = counters.answered + failed;
  return facts([
    ["Calls", count(calls)],
    ["Failed", failed === 0 ? "0" : chips(failures.map(([failure, value]) => `${failure} ${count(value)}`), "bad")],
    ["Mean, slowest", calls === 0 ? "–" : `${micros(counters.micros / calls)}, ${micros(counters.slowestMicros)}`],
    ["CPU", `${micros(counters.cpu * 1000)}${calls === 0 ? "" : `, ${micros(counters.cpu * 1000 / calls)} a call`}`],
    ["Fuel", `${count(counters.fuel)}${calls === 0 ? "" : `, ${count(counters.fuel / calls)} a call`}`],
    ["Memory", octets(counters.memory)],
    ["Breaker", breaker],
  ]);
}

/**
 * @param {PluginView} plugin
 * @returns {Child}
 */
function versions({ deployment, digest: current, version, source }) {
  const now = { digest: current, version, since: undefined };
  const all = [now, ...deployment?.history ?? []];
  const rows = all.map(({ digest: own, version: word, since }, index) => {
    const place = index === 0 ? badge("in force", "good") : String(index);
    const file = own === undefined || (index === 0 && source === "configuration") ? "configuration" : "uploaded";
    return row(
      `${own}-${index}`,
      cell(place),
      cell(word ?? "–"),
      cell(h("code", { title: own }, digest(own))),
      cell(file),
      number(since === undefined ? "" : moment(since)),
    );
  });
  return table("Versions", ["", "Version", "Digest", "From", "Since#"], rows);
}

/**
 * @param {unknown} value
 * @returns {string | undefined}
 */
function text(value) {
  return typeof value === "string" && value !== "" ? value : undefined;
}
