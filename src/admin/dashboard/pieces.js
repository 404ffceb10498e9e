// Small pieces that several views are made of.

import { h } from "./tree.js";

/** @import { Child } from "./tree.js" */

/** @typedef {"good" | "warn" | "bad" | "plain" | "accent"} Tone */

/**
 * @param {string} text
 * @param {Tone} [tone]
 * @returns {HTMLElement}
 */
export function badge(text, tone = "plain") {
  return h("span", { class: `badge ${tone}` }, text);
}

/**
 * @param {string} title
 * @param {...Child} content
 * @returns {HTMLElement}
 */
export function panel(title, ...content) {
  return h("section", { class: "panel", "data-key": title }, h("h2", {}, title), ...content);
}

/**
 * A table whose rows are cards on a narrow screen.
 * @param {string} label
 * @param {readonly string[]} heads
 * @param {readonly HTMLElement[]} rows
 * @returns {HTMLElement}
 */
export function cards(label, heads, rows) {
  for (const { children } of rows) {
    for (const [index, cell] of [...children].entries()) {
      cell.setAttribute("data-head", heads[index]?.replace("#", "") ?? "");
    }
  }
  const whole = table(label, heads, rows);
  whole.classList.add("cards");
  return whole;
}

/**
 * A table that scrolls by itself where it is too wide. `heads`: a head ending in # is of numbers.
 * @param {string} label
 * @param {readonly string[]} heads
 * @param {readonly Node[]} rows
 * @returns {HTMLElement}
 */
export function table(label, heads, rows) {
  const cells = heads.map((head) => {
    const number = head.endsWith("#");
    const name = number ? head.slice(0, -1) : head;
    return h("th", { "scope": "col", "class": number ? "number" : undefined, "data-head": name }, name);
  });
  return h(
    "div",
    { class: "scroll", role: "region", "aria-label": label, tabindex: "0" },
    h("table", {}, h("thead", {}, h("tr", {}, cells)), h("tbody", { "data-list": true }, rows)),
  );
}

/**
 * @param {string} key
 * @param {...Child} cells
 * @returns {HTMLElement}
 */
export function row(key, ...cells) {
  return h("tr", { "data-key": key }, ...cells);
}

/**
 * @param {...Child} content
 * @returns {HTMLElement}
 */
export function cell(...content) {
  return h("td", {}, ...content);
}

/**
 * @param {...Child} content
 * @returns {HTMLElement}
 */
export function number(...content) {
  return h("td", { class: "number" }, ...content);
}

/**
 * @param {string} text
 * @returns {HTMLElement}
 */
export function empty(text) {
  return h("p", { class: "empty" }, text);
}

/**
 * Names and what they are; without those that are nothing.
 * @param {readonly (readonly [string, Child])[]} facts
 * @returns {HTMLElement}
 */
export function facts(facts) {
  const known = facts.filter(([, value]) => value !== undefined && value !== false && value !== "");
  return h("dl", { class: "facts" }, known.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

/**
 * @param {readonly string[] | undefined} words
 * @param {Tone} [tone]
 * @returns {Child}
 */
export function chips(words, tone = "plain") {
  if (words === undefined || words.length === 0) return h("span", { class: "muted" }, "none");
  return h("span", { class: "chips" }, words.map((word) => badge(word, tone)));
}

/**
 * @param {string} text
 * @param {string} action
 * @param {{ readonly [name: string]: string | boolean | undefined }} [values] Its `data-` attributes, `disabled`, `class`.
 * @returns {HTMLElement}
 */
export function button(text, action, values = {}) {
  return h("button", { type: "button", "data-action": action, ...values }, text);
}

/**
 * A list, and beside it what is open of it; on a narrow screen in its place.
 * @param {HTMLElement} list
 * @param {HTMLElement | undefined} detail
 * @returns {HTMLElement}
 */
export function split(list, detail) {
  return h("div", { class: detail === undefined ? "split alone" : "split" }, list, detail);
}

/**
 * The head of what is open beside a list.
 * @param {Child} title
 * @param {string} back Where closing goes.
 * @returns {HTMLElement}
 */
export function detailHead(title, back) {
  const heading = h("h2", { tabindex: "-1", "data-heading": true }, title);
  return h("div", { class: "head" }, heading, h("a", { href: back }, "Close"));
}

/**
 * What a plugin found, in colour.
 * @param {string} found
 * @returns {HTMLElement}
 */
export function finding(found) {
  return badge(found, toneOf[found] ?? "plain");
}

/** @type {{ readonly [found: string]: Tone }} */
const toneOf = {
  "refuses": "bad",
  "late": "bad",
  "failed": "warn",
  "tolerated": "warn",
  "accepts": "good",
  // As receipts have it.
  "fail": "bad",
  "fail, late": "bad",
  "fail, tolerated": "warn",
  "plugin failed": "warn",
  "accept": "good",
};

/**
 * What went wrong, and what to do.
 * @param {{ readonly title: string, readonly detail: string, readonly remedy: string, readonly problems?: readonly string[] }} problem
 * @returns {HTMLElement}
 */
export function problemBox({ title, detail, remedy, problems = [] }) {
  return h(
    "div",
    { class: "box bad", role: "alert" },
    h("strong", {}, title),
    detail !== "" && h("p", {}, detail),
    problems.length > 0 && h("ul", {}, problems.map((line) => h("li", {}, line))),
    remedy !== "" && h("p", { class: "muted" }, remedy),
  );
}
