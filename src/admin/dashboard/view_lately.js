// What happened last, a line each.

import { badge, empty, panel } from "./pieces.js";
import { linkTo } from "./route.js";
import { state } from "./state.js";
import { h } from "./tree.js";
import { clock, octets } from "./words.js";

/** @import { Happening } from "../../live/happening.ts" */
/** @import { Tone } from "./pieces.js" */

/** Lines that are shown. */
const most = 14;

/** @returns {HTMLElement} */
export function latelyPanel() {
  const shown = state.happenings.slice(0, most);
  if (shown.length === 0) return panel("Lately", empty("Nothing has happened since this page was opened."));
  return panel("Lately", h("ol", { class: "stream" }, shown.map(line)));
}

/** @type {{ readonly [kind: string]: Tone }} */
const tones = {
  reply: "bad",
  turnedAway: "bad",
  lost: "warn",
  message: "good",
  reload: "accent",
};

/**
 * @param {Happening} happening
 * @returns {HTMLElement}
 */
function line(happening) {
  const { id, pid, at, kind, session, facts } = happening;
  const text = summary(happening);
  const about = typeof facts["transaction"] === "string" ? facts["transaction"] : session;
  const said = about === undefined ? text : h("a", { href: linkTo("explain", about) }, text);
  return h(
    "li",
    { "data-key": `${pid}-${id}` },
    h("time", {}, clock(at)),
    badge(kind, tones[kind]),
    h("span", { class: "cut", title: text }, said),
  );
}

/**
 * @param {Happening} happening
 * @returns {string}
 */
function summary({ kind, facts }) {
  const { client = "", plugin, hook, found, why, text, ending, size, milliseconds, seconds, port } = facts;
  switch (kind) {
    case "connected":
      return `${client} to port ${port}`;
    case "verdict":
      return [`${plugin} ${found} at ${hook}`, ...why ? [why] : []].join(": ");
    case "reply":
      return `${text} (${client})`;
    case "message":
      return `${ending}, ${octets(Number(size))} in ${milliseconds} ms from ${client}`;
    case "turnedAway":
      return `${client}: ${why}`;
    case "disconnected":
      return `${client} after ${seconds} s`;
    default:
      return Object.entries(facts).map(([name, value]) => [name, wordOf(value)])
        .filter(([, word]) => word !== "").map((pair) => pair.join(" ")).join(", ");
  }
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function wordOf(value) {
  if (Array.isArray(value)) return value.join(" ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
