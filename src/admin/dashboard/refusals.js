// Refusals as they happen: the reply that a client was told, with the plugin whose decision it was.

/** @import { Happening } from "../../live/happening.ts" */
import { state } from "./state.js";

/**
 * @typedef {{
 *   readonly key: string,
 *   readonly at: number,
 *   readonly client: string,
 *   readonly code: string,
 *   readonly text: string,
 *   readonly by: string,
 *   readonly hook: string,
 *   readonly why: string,
 *   readonly from: string,
 *   readonly to: string,
 *   readonly receipt: string | undefined,
 * }} Refusal `receipt`: what Explain finds it by.
 */

/** Refusals that are shown, and decisions whose reply has not come yet. */
const mostShown = 500;
const mostPending = 1000;

/** @type {{ readonly [why: string]: string }} */
const turnedAway = {
  stopping: "Turned away: the server stops",
  overloaded: "Turned away: the server is overloaded",
  tooMany: "Turned away: too many connections",
  tooManyFromYou: "Turned away: too many connections from this client",
  unwelcome: "Turned away: no PROXY header, or no TLS",
  bug: "Turned away: a bug, and the log has more",
};

/** @type {Map<string, { readonly by: string, readonly hook: string, readonly why: string }>} */
const pending = new Map();

/**
 * The refusals with what has happened, the newest first.
 * @param {readonly Refusal[]} before
 * @param {Happening} happening
 * @returns {readonly Refusal[]}
 */
export function refusalsAfter(before, happening) {
  const { kind, session = "", facts } = happening;
  if (kind === "verdict") notePending(session, facts);
  if (kind === "disconnected") pending.delete(session);
  if (kind !== "reply" && kind !== "turnedAway") return before;
  return [refusalOf(happening), ...before].slice(0, mostShown);
}

/**
 * @param {Refusal} refusal
 * @param {string} filter
 * @returns {boolean}
 */
export function matches(refusal, filter) {
  const { client, code, text, by, hook, why, from, to, receipt = "" } = refusal;
  const whole = [client, code, text, by, hook, why, from, to, receipt].join("\n").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => whole.includes(word));
}

/**
 * @param {string} session
 * @param {Happening["facts"]} facts
 * @returns {void}
 */
function notePending(session, { found, plugin, hook, why, failure }) {
  if (found !== "refuses" && found !== "late" && found !== "failed") return;
  // Nobody is refused because of it.
  if (found === "failed" && state.plugins.find(({ label }) => label === plugin)?.onError === "pass") return;
  pending.set(session, { by: word(plugin), hook: word(hook), why: word(why ?? failure) });
  const [oldest] = pending.keys();
  if (pending.size > mostPending && oldest !== undefined) pending.delete(oldest);
}

/**
 * @param {Happening} happening
 * @returns {Refusal}
 */
function refusalOf({ pid, id, at, kind, session, facts }) {
  const { by = "server", hook = "", why = "" } = pending.get(session ?? "") ?? {};
  pending.delete(session ?? "");
  const envelope = { from: word(facts["from"]), to: list(facts["to"]) };
  const common = { key: `${pid}-${id}`, at, client: word(facts["client"]) };
  if (kind === "turnedAway") {
    const why = word(facts["why"]);
    const text = turnedAway[why] ?? why;
    return { ...common, ...envelope, code: "421", text, by: "server", hook: "", why: "", receipt: undefined };
  }
  const receipt = typeof facts["transaction"] === "string" ? facts["transaction"] : session;
  return { ...common, ...envelope, code: word(facts["code"]), text: word(facts["text"]), by, hook, why, receipt };
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function word(value) {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function list(value) {
  return Array.isArray(value) ? value.map(word).join(", ") : "";
}
