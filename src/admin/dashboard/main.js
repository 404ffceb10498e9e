// Begins the dashboard: who is it, what does the address say, and then everything is drawn from the state.

/** @import { Route } from "./route.js" */
import { actions } from "./actions.js";
import { ask } from "./api.js";
import { listen } from "./feed.js";
import { drawFrame } from "./frame.js";
import { listenToForms } from "./forms.js";
import { listenToKeys } from "./keys.js";
import { refreshNow } from "./poll.js";
import { follow } from "./search.js";
import { parseRoute } from "./route.js";
import { change, drawWith, state } from "./state.js";

/** @returns {Promise<void>} */
async function begin() {
  const answer = await ask("GET", "/session");
  if (answer.kind === "problem") return change({ phase: "signedOut", unreachable: answer.problem.status === 0 });
  change({ phase: "signedIn", who: answer.body, signInProblem: undefined, unreachable: false });
  listen();
  refreshNow();
  follow();
}

/** @returns {void} */
function routed() {
  if (location.hash === "#main") return;
  const before = state.route;
  const route = parseRoute(location.hash);
  change({ route, upload: undefined, said: undefined });
  if (state.phase !== "signedIn") return;
  follow();
  if (route.view === "sessions" && (before.view !== "sessions" || (route.id !== undefined && route.id !== before.id))) {
    refreshNow();
  }
  // After it is drawn.
  requestAnimationFrame(() => requestAnimationFrame(() => focusOn(before, route)));
}

/**
 * Whoever cannot see the page is told where they are now; who closes something is back at its row.
 * @param {Route} before
 * @param {Route} route
 * @returns {void}
 */
function focusOn(before, route) {
  const row = before.id === undefined ? null : document.querySelector(`[data-row="${CSS.escape(before.id)}"]`);
  const back = route.id === undefined && route.view === before.view ? row : null;
  const heading = document.querySelector(route.id === undefined ? "h1" : "[data-detail] [data-heading]");
  const place = back ?? heading;
  if (place instanceof HTMLElement) place.focus();
}

/**
 * @param {Event} event
 * @returns {void}
 */
function clicked(event) {
  const button = event.target instanceof Element ? event.target.closest("[data-action]") : null;
  if (!(button instanceof HTMLElement)) return;
  const act = actions[button.dataset["action"] ?? ""];
  if (act === undefined) return;
  event.preventDefault();
  void act(button.dataset);
}

drawWith(drawFrame);
change({ route: parseRoute(location.hash) });
document.addEventListener("click", clicked);
globalThis.addEventListener("hashchange", routed);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refreshNow());
listenToForms(begin);
listenToKeys();
void begin();
