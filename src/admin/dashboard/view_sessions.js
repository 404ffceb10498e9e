// Sessions under way, and one of them with its dialogue and what plugins found.

import { badge, button, cards, cell, detailHead, empty, facts, finding, number, row, split } from "./pieces.js";
import { linkTo } from "./route.js";
import { may, state } from "./state.js";
import { h } from "./tree.js";
import { count, duration, micros, offset, plural } from "./words.js";

/** @import { LiveSession, SessionSummary } from "../../live/live_session.ts" */
/** @import { Child } from "./tree.js" */

/** Sessions that are shown at once. */
const most = 200;

/** @returns {readonly Child[]} */
export function sessionsView() {
  const { sessions, opened, route, filter } = state;
  if (sessions === undefined) return [empty("One moment…")];
  const words = filter.toLowerCase();
  const fitting = sessions.filter((session) => whole(session).includes(words));
  const heads = ["Client", "State", "For#", "Said", "From", "Recipients#", "Refused#"];
  const list = h(
    "div",
    { class: "list" },
    filterField(`${count(fitting.length)} of ${count(sessions.length)}`),
    sessions.length === 0
      ? empty("Nobody is connected.")
      : cards("Sessions", heads, fitting.slice(0, most).map(sessionRow)),
    fitting.length > most && h("p", { class: "muted" }, `The first ${most} are shown: filter for others.`),
  );
  return [split(list, route.id === undefined ? undefined : detailOf(route.id, opened, sessions))];
}

/**
 * What the list knows of it is shown until the rest is there.
 * @param {string} id
 * @param {typeof state.opened} opened
 * @param {readonly SessionSummary[]} sessions
 * @returns {HTMLElement}
 */
function detailOf(id, opened, sessions) {
  const listed = sessions.find((session) => session.id === id);
  if (opened?.id !== id) return bare(id, listed === undefined ? "One moment…" : titleOf(listed));
  if (opened.session !== undefined) return sessionDetail(opened.session);
  return bare(
    id,
    "This session is over",
    h("p", {}, h("a", { href: linkTo("explain", id) }, `What was decided in ${id}`)),
  );
}

/**
 * @param {string} text
 * @returns {HTMLElement}
 */
export function filterField(text) {
  const { filter } = state;
  const field = { id: "filter", name: "filter", type: "search", placeholder: "Filter", value: filter, maxlength: 100 };
  return h(
    "p",
    { class: "filter" },
    h("label", { for: "filter", class: "unseen" }, "Filter"),
    h("input", { ...field, autocomplete: "off", spellcheck: "false" }),
    h("span", { class: "muted", role: "status" }, text),
  );
}

/**
 * @param {SessionSummary} session
 * @returns {string}
 */
function whole({ id, client, hello = "", from = "", to = [], user = "" }) {
  return [id, client, hello, from, user, ...to].join("\n").toLowerCase();
}

/**
 * @param {SessionSummary} session
 * @returns {HTMLElement}
 */
function sessionRow(session) {
  const { id, client, began, hello = "", from = "", recipients = 0, refusals } = session;
  const link = {
    href: linkTo("sessions", id),
    "data-row": id,
    "aria-current": state.route.id === id ? "true" : undefined,
  };
  return row(
    id,
    cell(h("a", link, client === "" ? "socket" : client)),
    cell(stateBadge(session)),
    number(duration(Date.now() - began)),
    h("td", { class: "cut" }, hello),
    h("td", { class: "cut" }, from),
    number(recipients),
    number(refusals > 0 ? badge(String(refusals), "bad") : "0"),
  );
}

/**
 * @param {SessionSummary} session
 * @returns {HTMLElement}
 */
function stateBadge({ state: doing, asking }) {
  if (doing === "plugins") return badge(asking === undefined ? "plugins" : `asks ${asking}`, "accent");
  return badge(doing, doing === "content" || doing === "delivery" ? "good" : "plain");
}

/**
 * @param {string} id
 * @param {string} head
 * @param {Child} [more]
 * @returns {HTMLElement}
 */
function bare(id, head, more) {
  return h(
    "section",
    { class: "panel detail", "data-detail": true, "data-key": id },
    detailHead(head, linkTo("sessions")),
    more,
  );
}

/**
 * @param {LiveSession} session
 * @returns {HTMLElement}
 */
function sessionDetail(session) {
  const { id, port, pid, began, since, hello, tls, user, from, to, recipients } = session;
  const { commands, transactions, messages, refusals } = session;
  const more = to !== undefined && recipients !== undefined && recipients > to.length
    ? ` and ${recipients - to.length} more`
    : "";
  const name = nameOf(session);
  return h(
    "section",
    { class: "panel detail", "data-detail": true, "data-key": id, "aria-label": titleOf(session) },
    detailHead(titleOf(session), linkTo("sessions")),
    h(
      "p",
      { class: "buttons" },
      may("operate") && button("End session", "end session", { "data-id": id, "data-client": name, class: "risky" }),
      h("a", { href: linkTo("explain", id) }, "Explain"),
    ),
    facts([
      ["Code", h("code", {}, id)],
      ["State", h("span", {}, stateBadge(session), ` for ${duration(Date.now() - since)}`)],
      ["Connected", `${duration(Date.now() - began)}, port ${port}, process ${pid}`],
      ["Hello", hello],
      ["TLS", tls ?? "none"],
      ["User", user],
      ["From", from],
      ["To", to && to.length > 0 && `${to.join(", ")}${more}`],
      [
        "So far",
        `${plural(commands, "command")}, ${
          plural(transactions, "transaction")
        }, ${messages} accepted, ${refusals} refused`,
      ],
    ]),
    h("h3", {}, "Dialogue"),
    dialogue(session),
    h("h3", {}, "Decisions"),
    decisions(session),
  );
}

/**
 * @param {SessionSummary} session
 * @returns {string}
 */
function titleOf(session) {
  return `Session with ${nameOf(session)}`;
}

/**
 * @param {SessionSummary} session
 * @returns {string}
 */
function nameOf({ client }) {
  return client === "" ? "a local client" : client;
}

/** @type {{ readonly [who: string]: string }} */
const speakers = { C: "client", S: "server", P: "plugin" };

/**
 * @param {LiveSession} session
 * @returns {HTMLElement}
 */
function dialogue({ dialogue, omitted }) {
  const lines = dialogue.map(({ at, who, text }, index) => {
    const speaker = h("b", { title: speakers[who], "aria-label": speakers[who] }, who);
    return h(
      "li",
      { class: `line ${who}`, "data-key": String(omitted + index) },
      h("time", {}, offset(at)),
      speaker,
      h("span", {}, text),
    );
  });
  const before = omitted > 0 && h("li", { class: "muted", "data-key": "before" }, `${count(omitted)} earlier lines`);
  return h("ol", { class: "dialogue", tabindex: "0", "aria-label": "Dialogue" }, before, lines);
}

/**
 * @param {LiveSession} session
 * @returns {Child}
 */
function decisions({ findings }) {
  if (findings.length === 0) return empty("No plugin was asked yet.");
  const rows = findings.map(({ at, hook, plugin, found, about, why, micros: took, failure, score, marks }, index) => {
    const said = [about, why, failure, score === undefined ? undefined : `score ${score}`, marks].filter(Boolean).join(
      " · ",
    );
    const time = took === undefined ? "–" : micros(took);
    return row(
      `${at}-${index}`,
      number(offset(at)),
      cell(hook),
      cell(plugin),
      cell(finding(found)),
      number(time),
      cell(said),
    );
  });
  return cards("Decisions", ["After#", "Hook", "Plugin", "Found", "Took#", "Why"], rows);
}
