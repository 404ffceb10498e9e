// Dark, light, or what the system says.

import { change } from "./state.js";

/** @typedef {"auto" | "dark" | "light"} Theme */

/** @type {readonly Theme[]} */
const order = ["auto", "dark", "light"];

/** @returns {Theme} */
export function theme() {
  const chosen = document.documentElement.dataset["theme"];
  return order.find((each) => each === chosen) ?? "auto";
}

/** @returns {void} */
export function cycleTheme() {
  const next = order[(order.indexOf(theme()) + 1) % order.length] ?? "auto";
  localStorage.setItem("theme", next);
  if (next === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = next;
  change({});
}
