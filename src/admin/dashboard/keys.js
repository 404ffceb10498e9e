// The keyboard: / searches, arrows go through lists, Esc goes back out.

import { linkTo } from "./route.js";
import { change, state } from "./state.js";

/** @returns {void} */
export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = event.target instanceof HTMLInputElement && event.target.type !== "file";
    if (event.key === "Escape" && document.querySelector("dialog[open]") === null) return leave();
    if (typing) return;
    if (event.key === "/") {
      event.preventDefault();
      focus("#code");
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && walk(step)) event.preventDefault();
  });
}

/**
 * The focus goes to the next or the previous row of the list it is in; with no row in focus to the first.
 * @param {number} step
 * @returns {boolean} False: there is no list, or the focus is on something else.
 */
function walk(step) {
  const active = document.activeElement;
  const idle = active === document.body || active?.id === "main" || active?.hasAttribute("data-heading");
  const list = active?.closest("[data-list]") ?? (idle ? document.querySelector("[data-list]") : undefined);
  const rows = [...list?.querySelectorAll("[data-row]") ?? []];
  if (rows.length === 0) return false;
  const place = rows.findIndex((row) => row === active);
  const next = place === -1 ? rows[0] : rows[Math.min(rows.length - 1, Math.max(0, place + step))];
  if (next instanceof HTMLElement) next.focus();
  return true;
}

/** @returns {void} */
function leave() {
  const active = document.activeElement;
  if (state.said !== undefined) return change({ said: undefined });
  if (state.upload !== undefined) return change({ upload: undefined });
  if (active instanceof HTMLInputElement && active.type !== "file") return active.blur();
  const { view, id } = state.route;
  if (id !== undefined) location.hash = linkTo(view);
}

/**
 * @param {string} selector
 * @returns {void}
 */
function focus(selector) {
  const found = document.querySelector(selector);
  if (found instanceof HTMLElement) found.focus();
}
