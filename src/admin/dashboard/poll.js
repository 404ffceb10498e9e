// Asks again and again for what is on the page, and less often where the answers are long.

import { ask, part } from "./api.js";
import { parseFigures } from "./figures.js";
import { change, state } from "./state.js";

/** Milliseconds between two rounds, and the share of the time that asking may take. */
const rounds = { server: 4000, sessions: 1500 };
const share = 10;

/** Figures that are remembered, for what happens over time. */
const mostMeasured = 90;

/** @type {{ [round: string]: ReturnType<typeof setTimeout> | undefined }} */
const timers = {};

/** @returns {void} */
export function startPolling() {
  void round("server", askServer);
  void round("sessions", askSessions);
}

/** @returns {void} */
export function stopPolling() {
  for (const name of Object.keys(timers)) clearTimeout(timers[name]);
}

/**
 * After something was changed.
 * @returns {void}
 */
export function refreshSoon() {
  clearTimeout(timers["server"]);
  timers["server"] = setTimeout(() => void round("server", askServer), 50);
}

/**
 * When the page or the view is looked at again.
 * @returns {void}
 */
export function refreshNow() {
  stopPolling();
  if (state.phase === "signedIn") startPolling();
}

/**
 * @param {"server" | "sessions"} name
 * @param {() => Promise<void>} act
 * @returns {Promise<void>}
 */
async function round(name, act) {
  clearTimeout(timers[name]);
  const began = performance.now();
  if (document.visibilityState === "visible") await act();
  if (state.phase !== "signedIn") return;
  const pause = Math.max(rounds[name], share * (performance.now() - began));
  clearTimeout(timers[name]);
  timers[name] = setTimeout(() => void round(name, act), pause);
}

/** @returns {Promise<void>} */
async function askServer() {
  const [status, plugins, metrics] = await Promise.all([
    ask("GET", "/status"),
    ask("GET", "/plugins"),
    ask("GET", "/metrics"),
  ]);
  const failed = [status, plugins, metrics].flatMap((each) => each.kind === "problem" ? [each.problem] : []);
  if (failed.some((problem) => problem.status === 401)) return signedOut();
  change({
    unreachable: failed.some((problem) => problem.status === 0),
    ...(status.kind === "ok" ? { status: status.body } : {}),
    ...(plugins.kind === "ok" ? { plugins: plugins.body.plugins } : {}),
    ...(metrics.kind === "ok" ? { measured: measuredWith(metrics.body) } : {}),
  });
}

/** @returns {Promise<void>} */
async function askSessions() {
  const { view, id } = state.route;
  if (view !== "sessions") return;
  const [all, one] = await Promise.all([
    ask("GET", "/sessions"),
    id === undefined ? undefined : ask("GET", `/sessions/${part(id)}`),
  ]);
  change({
    ...(all.kind === "ok" ? { sessions: all.body.sessions } : {}),
    ...(id !== undefined && one?.kind === "ok" ? { opened: { id, session: one.body } } : {}),
    ...(id !== undefined && one?.kind === "problem" && one.problem.status === 404 ? { opened: { id } } : {}),
  });
}

/** @returns {void} */
function signedOut() {
  stopPolling();
  change({ phase: "signedOut", who: undefined });
}

/**
 * @param {string} text
 * @returns {typeof state.measured}
 */
function measuredWith(text) {
  return [...state.measured, { at: Date.now(), figures: parseFigures(text) }].slice(-mostMeasured);
}
