// Draws the page: its head, what was said last, and the view that the address names.

import { problemBox } from "./pieces.js";
import { linkTo, views } from "./route.js";
import { state } from "./state.js";
import { theme } from "./themes.js";
import { h, show } from "./tree.js";
import { explainView } from "./view_explain.js";
import { overview } from "./view_overview.js";
import { pluginsView } from "./view_plugins.js";
import { refusalsView } from "./view_refusals.js";
import { sessionsView } from "./view_sessions.js";

/** @import { Child } from "./tree.js" */

/** @returns {void} */
export function drawFrame() {
  const [top, main, said] = ["top", "main", "said"].map((id) => document.getElementById(id));
  if (!top || !main || !said) return;
  const { phase, status, route } = state;
  const title = views.find(({ view }) => view === route.view)?.title ?? "";
  document.title = [route.id, phase === "signedIn" ? title : "Sign in", status?.hostname ?? "qpsmtpd"].filter(Boolean)
    .join(" · ");
  show(top, phase === "signedIn" ? head() : lonelyHead());
  const following = followers();
  show(main, content(title));
  following();
  show(said, lastWord());
}

/**
 * Whoever looks at the end of a dialogue sees what comes.
 * @returns {() => void} To be called when all is drawn.
 */
function followers() {
  const old = document.querySelector(".dialogue");
  const atEnd = old === null || old.scrollTop + old.clientHeight > old.scrollHeight - 40;
  return () => {
    const now = document.querySelector(".dialogue");
    if (now !== null && (atEnd || now !== old)) now.scrollTop = now.scrollHeight;
  };
}

/**
 * @param {string} title
 * @returns {Child}
 */
function content(title) {
  if (state.phase === "starting") return h("p", { class: "lone", "data-key": "starting" }, "One moment…");
  if (state.phase === "signedOut") return signIn();
  const draw = { overview, sessions: sessionsView, plugins: pluginsView, refusals: refusalsView, explain: explainView };
  return h(
    "div",
    { "data-key": state.route.view, class: "view" },
    h("h1", { tabindex: "-1", "data-heading": true }, title),
    state.unreachable &&
      h("p", { class: "box bad", role: "alert" }, "The server does not answer. What is shown is old."),
    ...draw[state.route.view](),
  );
}

/** @returns {Child} */
function head() {
  const { route, who, status, streaming, unreachable } = state;
  const links = views.map(({ view, title }) => {
    return h("a", { href: linkTo(view), "aria-current": route.view === view ? "page" : undefined }, title);
  });
  const alive = unreachable ? "bad" : streaming ? "good" : "warn";
  const word = unreachable ? "no answer" : streaming ? "live" : "connecting";
  return h(
    "div",
    { class: "bar", "data-key": "in" },
    h(
      "div",
      { class: "brand" },
      h("strong", {}, status?.hostname ?? "qpsmtpd"),
      h("span", { class: `dot ${alive}`, title: word }),
      h("span", { class: "unseen" }, word),
    ),
    h("nav", { "aria-label": "Views" }, links),
    h(
      "form",
      { "data-form": "explain", role: "search", class: "search" },
      h("label", { for: "code", class: "unseen" }, "Receipt code"),
      field("code", "Receipt code  ( / )", 60),
    ),
    h(
      "div",
      { class: "own" },
      h("span", { class: "who", title: "Your token and its role" }, `${who?.name} · ${who?.role}`),
      h("a", { href: "/docs", class: "who" }, "API"),
      themeButton(),
      h("button", { type: "button", "data-action": "sign out", class: "quiet" }, "Sign out"),
    ),
  );
}

/**
 * @param {string} name
 * @param {string} placeholder
 * @param {number} maxlength
 * @returns {HTMLElement}
 */
function field(name, placeholder, maxlength) {
  return h("input", { id: name, name, placeholder, maxlength, autocomplete: "off", spellcheck: "false" });
}

/** @returns {Child} */
function lonelyHead() {
  return h(
    "div",
    { class: "bar", "data-key": "out" },
    h("div", { class: "brand" }, h("strong", {}, "qpsmtpd")),
    h("div", { class: "own" }, themeButton()),
  );
}

/** @returns {HTMLElement} */
function themeButton() {
  return h("button", { type: "button", "data-action": "theme", class: "quiet" }, `Theme: ${theme()}`);
}

/** @returns {HTMLElement} */
function signIn() {
  const token = { id: "token", name: "token", type: "password", required: true, maxlength: 200, autofocus: true };
  return h(
    "form",
    { "data-form": "sign in", class: "lone panel", "data-key": "sign in" },
    h("h1", { tabindex: "-1", "data-heading": true }, "Sign in"),
    h("label", { for: "token" }, "Token"),
    h("input", { ...token, autocomplete: "current-password", spellcheck: "false" }),
    h(
      "p",
      { class: "muted" },
      "It was printed at the first start. ",
      h("code", {}, "qpsmtpd token"),
      " makes another.",
    ),
    state.signInProblem !== undefined && problemBox(state.signInProblem),
    state.unreachable && h("p", { class: "box bad", role: "alert" }, "The server does not answer."),
    h("button", { class: "strong" }, "Sign in"),
  );
}

/** @returns {Child} */
function lastWord() {
  const { said } = state;
  if (said === undefined) return undefined;
  return h(
    "div",
    { class: `box ${said.kind}` },
    h("button", { type: "button", "data-action": "dismiss", class: "quiet close", "aria-label": "Dismiss" }, "✕"),
    h("strong", {}, said.title),
    said.lines.length > 0 && h("ul", {}, said.lines.map((line) => h("li", {}, line))),
  );
}
