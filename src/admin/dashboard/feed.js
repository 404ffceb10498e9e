// Listens to GET /events as long as somebody is signed in.

/** @import { Happening } from "../../live/happening.ts" */
import { refreshSoon } from "./poll.js";
import { refusalsAfter } from "./refusals.js";
import { change, state } from "./state.js";
import { plural } from "./words.js";

const kinds = ["connected", "verdict", "reply", "message", "turnedAway", "disconnected"];
const serverKinds = ["plugin", "reload", "lost"];

/** Happenings that are shown. */
const most = 100;

/** Milliseconds between two announcements for those who cannot see the page. */
const announceEvery = 10_000;

/** @type {EventSource | undefined} */
let source;
let unannounced = 0;

/** @returns {void} */
export function listen() {
  if (source !== undefined) return;
  source = new EventSource("/events");
  source.addEventListener("open", () => change({ streaming: true }));
  source.addEventListener("error", () => {
    change({ streaming: false });
    // The browser tries again by itself, but not after an answer that was no stream.
    if (source?.readyState === EventSource.CLOSED) {
      unlisten();
      setTimeout(() => state.phase === "signedIn" && listen(), 10_000);
    }
  });
  for (const kind of [...kinds, ...serverKinds]) source.addEventListener(kind, heard);
}

/** @returns {void} */
export function unlisten() {
  source?.close();
  source = undefined;
  change({ streaming: false });
}

/**
 * @param {MessageEvent} event
 * @returns {void}
 */
function heard({ data }) {
  /** @type {Happening} */
  const happening = JSON.parse(data);
  const refusals = refusalsAfter(state.refusals, happening);
  unannounced += refusals.length > 0 && refusals !== state.refusals ? 1 : 0;
  change({ refusals, happenings: [happening, ...state.happenings].slice(0, most) });
  if (["plugin", "reload"].includes(happening.kind)) refreshSoon();
}

setInterval(() => {
  const place = document.getElementById("heard");
  if (unannounced > 0 && place !== null) place.textContent = `${plural(unannounced, "refusal")} in the last 10 seconds`;
  unannounced = 0;
}, announceEvery);
