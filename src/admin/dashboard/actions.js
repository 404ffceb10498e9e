// What buttons do: each has `data-action`, and the values it needs in further `data-` attributes.

import { ask, part } from "./api.js";
import { confirmed } from "./confirm.js";
import { unlisten } from "./feed.js";
import { refreshNow, refreshSoon, stopPolling } from "./poll.js";
import { change, state } from "./state.js";
import { cycleTheme } from "./themes.js";
import { deployChosen } from "./uploads.js";

/** @typedef {DOMStringMap} Values */

/** @type {{ readonly [action: string]: (values: Values) => Promise<void> | void }} */
export const actions = {
  "skip": () => document.getElementById("main")?.focus(),
  "theme": cycleTheme,
  "sign out": signOut,
  "dismiss": () => change({ said: undefined }),
  "end session": endSession,
  "reload all": () => act("POST", "/reload", undefined, () => "The configuration is in force."),
  "reload": ({ label = "" }) => onPlugin(label, "reload", "was read again"),
  "enable": ({ label = "" }) => onPlugin(label, "enable", "is on"),
  "disable": disable,
  "rollback": rollback,
  "mode": setMode,
  "deploy": deployChosen,
  "cancel upload": () => change({ upload: undefined }),
};

/** @returns {Promise<void>} */
async function signOut() {
  await ask("DELETE", "/session");
  unlisten();
  stopPolling();
  change({
    phase: "signedOut",
    who: undefined,
    sessions: undefined,
    opened: undefined,
    refusals: [],
    happenings: [],
    measured: [],
  });
}

/**
 * @param {Values} values
 * @returns {Promise<void>}
 */
async function endSession({ id = "", client = "" }) {
  const text = `The client ${client} is told 421 as soon as the server waits for it, and may come again.`;
  if (!await confirmed("End this session?", text, "End it")) return;
  await act("DELETE", `/sessions/${part(id)}`, undefined, () => `The session ${id} ends.`);
  refreshNow();
}

/**
 * @param {Values} values
 * @returns {Promise<void>}
 */
async function disable({ label = "" }) {
  const text = "New sessions are served without it: nobody is refused by it any more, and nobody let in.";
  if (!await confirmed(`Switch ${label} off?`, text, "Switch it off")) return;
  await onPlugin(label, "disable", "is off");
}

/**
 * @param {Values} values
 * @returns {Promise<void>}
 */
async function rollback({ label = "", target = "" }) {
  const text = `New sessions are served by ${target}. Those under way end with the version they began with.`;
  if (!await confirmed(`Roll ${label} back?`, text, "Roll back")) return;
  await onPlugin(label, "rollback", "is back at its version before");
}

/**
 * @param {Values} values
 * @returns {Promise<void>}
 */
async function setMode({ label = "", mode = "" }) {
  const old = state.plugins.find((plugin) => plugin.label === label)?.policy.mode;
  if (old === mode) return;
  const text = modes[mode] ?? "";
  if (!await confirmed(`Change the mode of ${label} to ${mode}?`, text, "Change it")) return;
  await act("PATCH", `/plugins/${part(label)}/policy`, { mode }, () => `${label} has the mode ${mode}.`);
}

/** @type {{ readonly [mode: string]: string }} */
const modes = {
  enforce: "Its refusals are told to clients at once.",
  late: "Its refusals are told to clients when they name recipients, not before.",
  monitor: "It is asked, and its refusals are recorded; nobody is refused because of them.",
  off: "It is not asked at all.",
};

/**
 * @param {string} label
 * @param {string} verb
 * @param {string} result
 * @returns {Promise<void>}
 */
async function onPlugin(label, verb, result) {
  await act("POST", `/plugins/${part(label)}/${verb}`, undefined, () => `${label} ${result}.`);
}

/**
 * Does it, and tells what came of it.
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {() => string} success
 * @returns {Promise<void>}
 */
async function act(method, path, body, success) {
  change({ busy: true });
  const answer = await ask(method, path, body);
  change({ busy: false });
  if (answer.kind === "ok") {
    const lines = answer.body?.warnings ?? [];
    change({ said: { kind: "good", title: success(), lines } });
  } else {
    const { title, detail, remedy, problems = [] } = answer.problem;
    change({ said: { kind: "bad", title: `${title}: ${detail}`, lines: [...problems, remedy] } });
  }
  refreshSoon();
}
