// Uploading: the file is tried first, and what it would change is shown before anything is.

import { badge, button, cell, chips, problemBox, row, table } from "./pieces.js";
import { state } from "./state.js";
import { h } from "./tree.js";
import { digest, octets } from "./words.js";

/** @import { PluginComparison, VersionView } from "../../control/deployment_views.ts" */
/** @import { Child } from "./tree.js" */

/**
 * @param {string} label
 * @returns {HTMLElement}
 */
export function uploadPanel(label) {
  const own = state.upload?.label === label ? state.upload : undefined;
  return h(
    "div",
    { class: "upload", "data-drop": label, "data-key": "upload" },
    h("label", { for: "file", class: "button" }, "Upload a new version…"),
    h("input", { id: "file", type: "file", accept: ".wasm,application/wasm", "data-label": label, class: "unseen" }),
    h("span", { class: "muted" }, " or drop a .wasm file here. It is tried first."),
    own && h("div", { role: "status", class: "tried", "data-key": "tried" }, tried(own)),
  );
}

/**
 * @param {NonNullable<typeof state.upload>} upload
 * @returns {readonly Child[]}
 */
function tried({ label, file, view, problem }) {
  const name = h("p", {}, h("strong", {}, file.name), ` ${octets(file.size)}`);
  const cancel = button("Cancel", "cancel upload", { class: "quiet" });
  if (problem !== undefined) {
    return [
      name,
      problemBox(problem),
      problem.comparison && comparison(problem.comparison),
      h("p", { class: "buttons" }, cancel),
    ];
  }
  if (view?.kind !== "wouldDeploy") return [name, h("p", { class: "muted" }, "It is tried…")];
  const deploy = button(`Deploy to ${label}`, "deploy", { class: "strong", disabled: state.busy });
  return [
    name,
    view.warnings.length > 0 && h("ul", { class: "box warn" }, view.warnings.map((line) => h("li", {}, line))),
    comparison(view.comparison),
    h("p", { class: "buttons" }, deploy, cancel),
  ];
}

/**
 * @param {PluginComparison} comparison
 * @returns {HTMLElement}
 */
function comparison({ before, after, grants }) {
  const lines = [
    change("Name", before, after, ({ name }) => name),
    change("Version", before, after, ({ version }) => version),
    change("Digest", before, after, (each) => digest(each.digest)),
    change("Size", before, after, ({ size }) => octets(size)),
    change("Hooks", before, after, ({ hooks }) => hooks.join(", ")),
  ];
  const changed = grants.added.length + grants.removed.length + grants.missing.length > 0;
  return h(
    "div",
    { class: "comparison" },
    table("Comparison", ["", "In force", "Uploaded"], lines),
    h("h4", {}, "Grants"),
    changed ? undefined : h("p", { class: "muted" }, "It needs what the one in force needs."),
    difference("needs now", grants.added, "warn"),
    difference("needs no more", grants.removed, "good"),
    difference("is not granted", grants.missing, "bad"),
    difference("is granted", grants.granted, "plain"),
  );
}

/**
 * @param {string} name
 * @param {VersionView | undefined} before
 * @param {VersionView} after
 * @param {(version: VersionView) => string} of
 * @returns {HTMLElement}
 */
function change(name, before, after, of) {
  const [old, now] = [before === undefined ? "–" : of(before), of(after)];
  return row(name, h("th", { scope: "row" }, name), cell(old), cell(old === now ? now : badge(now, "accent")));
}

/**
 * @param {string} text
 * @param {readonly string[]} words
 * @param {"good" | "warn" | "bad" | "plain"} tone
 * @returns {Child}
 */
function difference(text, words, tone) {
  return words.length > 0 && h("p", {}, `${text}: `, chips(words, tone));
}
