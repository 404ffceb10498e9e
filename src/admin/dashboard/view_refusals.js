// Refusals as they happen, with the reason, whose decision it was, and the code to ask further by.

import { badge, cards, cell, empty, row } from "./pieces.js";
import { matches } from "./refusals.js";
import { linkTo } from "./route.js";
import { state } from "./state.js";
import { h } from "./tree.js";
import { filterField } from "./view_sessions.js";
import { clock, count } from "./words.js";

/** @import { Refusal } from "./refusals.js" */
/** @import { Child } from "./tree.js" */

/** @returns {readonly Child[]} */
export function refusalsView() {
  const { refusals, filter } = state;
  const fitting = refusals.filter((refusal) => matches(refusal, filter));
  const heads = ["Time", "Client", "Reply", "By", "Envelope", "Code"];
  return [
    filterField(`${count(fitting.length)} of ${count(refusals.length)}`),
    refusals.length === 0
      ? empty("Nobody was refused since this page was opened. What was refused before is found by its code.")
      : cards("Refusals", heads, fitting.map(refusalRow)),
  ];
}

/**
 * @param {Refusal} refusal
 * @returns {HTMLElement}
 */
function refusalRow({ key, at, client, code, text, by, hook, why, from, to, receipt }) {
  const words = text.startsWith(code) ? text.slice(code.length).trim() : text;
  return row(
    key,
    cell(h("time", {}, clock(at))),
    cell(client),
    h(
      "td",
      { class: "text" },
      badge(code, code.startsWith("5") ? "bad" : "warn"),
      " ",
      words,
      why !== "" && !words.includes(why) && h("small", {}, why),
    ),
    cell(
      by === "server" ? h("span", { class: "muted" }, "server") : h("a", { href: linkTo("plugins", by) }, by),
      h("small", {}, hook),
    ),
    cell(from, to !== "" && h("small", {}, `to ${to}`)),
    cell(
      receipt !== undefined &&
        h("a", { href: linkTo("explain", receipt), "data-row": receipt, class: "code" }, receipt),
    ),
  );
}
