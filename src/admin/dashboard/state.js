// All that the page knows, in one place; whoever changes it has it drawn again.

/** @import { PluginView, Status } from "../../control/control.ts" */
/** @import { DeployView } from "../../control/deployment_views.ts" */
/** @import { Happening } from "../../live/happening.ts" */
/** @import { LiveSession, SessionSummary } from "../../live/live_session.ts" */
/** @import { DecisionRecord } from "../../receipts/record.ts" */
/** @import { Problem } from "./api.js" */
/** @import { Figures } from "./figures.js" */
/** @import { Refusal } from "./refusals.js" */
/** @import { Route } from "./route.js" */

/**
 * @typedef {{
 *   readonly label: string,
 *   readonly file: File,
 *   readonly view: DeployView | undefined,
 *   readonly problem: Problem | undefined,
 * }} Upload A file that was chosen for a plugin, and what the dry run said; neither: it is under way.
 */
/** @typedef {{ readonly at: number, readonly figures: Figures }} Measured */

/**
 * @typedef {{
 *   phase: "starting" | "signedOut" | "signedIn",
 *   who: { readonly name: string, readonly role: "read" | "operate" | "deploy" } | undefined,
 *   signInProblem: Problem | undefined,
 *   route: Route,
 *   unreachable: boolean,
 *   streaming: boolean,
 *   status: Status | undefined,
 *   plugins: readonly PluginView[],
 *   sessions: readonly SessionSummary[] | undefined,
 *   opened: { readonly id: string, readonly session?: LiveSession } | undefined,
 *   measured: readonly Measured[],
 *   refusals: readonly Refusal[],
 *   happenings: readonly Happening[],
 *   filter: string,
 *   explained: { readonly code: string, readonly records?: readonly DecisionRecord[], readonly problem?: Problem } | undefined,
 *   upload: Upload | undefined,
 *   said: { readonly kind: "good" | "bad", readonly title: string, readonly lines: readonly string[] } | undefined,
 *   busy: boolean,
 * }} State `measured`: the newest last. `opened`: the session that is looked at; without it: it is over.
 */

/** @type {State} */
export const state = {
  phase: "starting",
  who: undefined,
  signInProblem: undefined,
  route: { view: "overview", id: undefined },
  unreachable: false,
  streaming: false,
  status: undefined,
  plugins: [],
  sessions: undefined,
  opened: undefined,
  measured: [],
  refusals: [],
  happenings: [],
  filter: "",
  explained: undefined,
  upload: undefined,
  said: undefined,
  busy: false,
};

let scheduled = false;
/** @type {() => void} */
let draw = () => {};

/**
 * @param {Partial<State>} part
 * @returns {void}
 */
export function change(part) {
  Object.assign(state, part);
  if (scheduled) return;
  scheduled = true;
  // A page in the background is not drawn; it is when it is looked at again.
  requestAnimationFrame(() => {
    scheduled = false;
    draw();
  });
}

/**
 * @param {() => void} how
 * @returns {void}
 */
export function drawWith(how) {
  draw = how;
}

/**
 * May the one who is signed in do what needs this role?
 * @param {"operate" | "deploy"} role
 * @returns {boolean}
 */
export function may(role) {
  const own = state.who?.role;
  return own === "deploy" || own === role;
}
