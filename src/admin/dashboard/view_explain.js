// The chain of decisions behind one receipt code.

import { badge, empty, facts, finding, problemBox } from "./pieces.js";
import { linkTo } from "./route.js";
import { state } from "./state.js";
import { h } from "./tree.js";
import { count, micros, moment, octets, offset } from "./words.js";

/** @import { DecisionRecord, Step } from "../../receipts/record.ts" */
/** @import { Child } from "./tree.js" */

/** @returns {readonly Child[]} */
export function explainView() {
  const { explained, route } = state;
  const hint =
    "Every refusal ends in a code, as (1ke4z8q-7m2px40.1). Paste it into the field above: press / to get there.";
  if (route.id === undefined) return [empty(hint)];
  if (explained?.code !== route.id) return [empty("One moment…")];
  const { code, records, problem } = explained;
  return [h(
    "div",
    { "data-detail": true, class: "records" },
    h("h2", { tabindex: "-1", "data-heading": true }, h("code", {}, code)),
    problem && problemBox(problem),
    records === undefined && problem === undefined && empty("One moment…"),
    (records ?? []).map(recordPanel),
  )];
}

/**
 * @param {DecisionRecord} record
 * @returns {HTMLElement}
 */
function recordPanel(record) {
  const { id, session, began, client, hello, user, from, to, recipients, omitted, steps } = record;
  const more = to !== undefined && recipients !== undefined && recipients > to.length
    ? ` and ${recipients - to.length} more`
    : "";
  return h(
    "section",
    { class: "panel", "data-key": id },
    h("h3", {}, id === session ? "Session" : "Transaction"),
    facts([
      ["Code", h("code", {}, id)],
      ["Session", id === session ? undefined : h("a", { href: linkTo("explain", session), class: "code" }, session)],
      ["Began", moment(began)],
      ["Client", client],
      ["Hello", hello],
      ["User", user],
      ["From", from],
      ["To", to && to.length > 0 && `${to.join(", ")}${more}`],
      ["Not kept", omitted === undefined ? undefined : `${count(omitted)} steps that refused nobody`],
    ]),
    h("ol", { class: "chain" }, steps.map(stepLine)),
  );
}

/**
 * @param {Step} step
 * @param {number} index
 * @returns {HTMLElement}
 */
function stepLine(step, index) {
  return h("li", { "data-key": String(index) }, h("time", {}, offset(step.at)), h("div", {}, ...told(step)));
}

/**
 * @param {Step} step
 * @returns {readonly Child[]}
 */
function told(step) {
  if ("reply" in step) {
    const { reply, text, by, why } = step;
    const words = text.startsWith(String(reply)) ? text.slice(3).trim() : text;
    return [
      badge(String(reply), reply >= 500 ? "bad" : "warn"),
      ` ${words} `,
      small(`by ${by}`),
      why !== undefined && !words.includes(why) && small(why),
    ];
  }
  if ("fate" in step) {
    const { fate, codes, size, why } = step;
    return [badge(fate, fate === "accepted" ? "good" : "warn"), ` ${codes}, ${octets(size)} `, small(why)];
  }
  if ("note" in step) {
    const { note, hook, about, by, why } = step;
    return [badge("note"), ` ${note} `, small([hook, about, by && `by ${by}`, why].filter(Boolean).join(" · "))];
  }
  const { hook, plugin, found, about, why, micros: took, as, failure, answered, score, marks } = step;
  const rest = [
    about,
    as && `as ${as}`,
    failure,
    answered && `answered ${answered}`,
    score === undefined ? undefined : `score ${score}`,
    marks,
    took === undefined ? undefined : micros(took),
  ];
  const link = h("a", { href: linkTo("plugins", plugin) }, plugin);
  return [finding(found), ` ${hook} `, link, why !== undefined && ` ${why} `, small(rest.filter(Boolean).join(" · "))];
}

/**
 * @param {string | undefined} text
 * @returns {Child}
 */
function small(text) {
  return text !== undefined && text !== "" && h("small", {}, text);
}
