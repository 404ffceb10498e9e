// Finds out about a receipt code when the address names one.

import { ask, part } from "./api.js";
import { change, state } from "./state.js";

/** Milliseconds. */
const retryAfter = 3000;

/**
 * Asks for what the route needs and nobody has asked for yet.
 * @returns {void}
 */
export function follow() {
  const { view, id } = state.route;
  if (view === "explain" && id !== undefined && state.explained?.code !== id) void explain(id);
}

/**
 * @param {string} code
 * @returns {Promise<void>}
 */
async function explain(code) {
  change({ explained: { code } });
  await find(code);
}

/**
 * @param {string} code
 * @returns {Promise<void>}
 */
async function find(code) {
  const answer = await ask("GET", `/explain/${part(code)}`);
  if (state.explained?.code !== code) return;
  if (answer.kind === "ok") return change({ explained: { code, records: answer.body.records } });
  change({ explained: { code, problem: answer.problem } });
  // A transaction is recorded when it is over.
  if (answer.problem.status === 404) setTimeout(() => again(code), retryAfter);
}

/**
 * @param {string} code
 * @returns {void}
 */
function again(code) {
  const { view, id } = state.route;
  if (state.phase === "signedIn" && view === "explain" && id === code && state.explained?.code === code) {
    void find(code);
  }
}
