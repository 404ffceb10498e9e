// One happening as a line for people: when, which session, what, who, why. Pure.

import type { Facts, Happening, HappeningKind } from "../live/happening.ts";
import { escapeControls } from "../text/quote.ts";
import { fill } from "./cells.ts";
import type { Colour, Paint } from "./paint.ts";
import { isRefusal } from "./tail_filter.ts";

/** Control characters are escaped. The code is the one that a refusal ends in, and that `qpsmtpd explain` takes. */
export function tailLine(happening: Happening, paint: Paint): string {
  const { at, kind, session = "", facts } = happening;
  const code = text(facts["transaction"]) || session;
  const told = escapeControls([words[kind](facts), clientOf(facts)].filter((each) => each !== "").join("  "));
  return [
    paint(clock(at), "dim"),
    fill(escapeControls(code), 19),
    paint(fill(what(happening), 12), colourOf(happening)),
    told,
  ].join(" ").trimEnd();
}

const words: { readonly [Kind in HappeningKind]: (facts: Facts) => string } = {
  connected: (facts) => `to port ${text(facts["port"])}${after(" ", facts["tls"])}`,
  verdict: (facts) => {
    const { found, as, why, failure, score, micros } = facts;
    const how = text(as) === "" || found === as ? text(found) : `${text(found)} (${text(as)})`;
    const scored = text(score) === "" ? "" : `, score ${text(score)}`;
    const about = `${text(facts["hook"])}${after(" ", facts["about"])}`;
    return `${text(facts["plugin"])} at ${about}: ${how}${scored}${after(", ", failure)}${after(": ", why)}${
      text(micros) === "" ? "" : ` [${text(micros)} us]`
    }${envelope(facts)}`;
  },
  reply: (facts) => `${text(facts["text"])}${envelope(facts)}`,
  message: (facts) => {
    return `${text(facts["ending"])}, ${text(facts["size"])} octets, ${text(facts["milliseconds"])} ms${
      envelope(facts)
    }`;
  },
  turnedAway: (facts) => text(facts["why"]),
  disconnected: (facts) => {
    const { seconds, commands, refusals, transactions } = facts;
    return `after ${text(seconds)} s, ${text(commands)} commands, ${text(transactions)} transactions, ` +
      `${text(refusals)} refusals`;
  },
  plugin: (facts) => `${text(facts["plugin"])} is ${facts["state"] === "resting" ? "resting" : "asked again"}`,
  reload: (facts) => {
    const { outcome, generation, problems, added, changed, removed, rejudged } = facts;
    const lists = [
      ["added", added],
      ["changed", changed],
      ["removed", removed],
      ["policy of", rejudged],
      ["problems", problems],
    ] as const;
    const told = lists.map(([word, list]) =>
      Array.isArray(list) && list.length > 0 ? `; ${word} ${list.join(", ")}` : ""
    );
    return `${text(outcome)}, generation ${text(generation)}${told.join("")}`;
  },
  lost: ({ count }) => count === 0 ? "some are missing here" : `${text(count)} are missing here`,
};

/** In one word. */
function what({ kind, facts }: Happening): string {
  if (kind === "turnedAway") return "turned away";
  if (kind === "reply") return typeof facts["code"] === "number" && facts["code"] < 500 ? "deferred" : "refused";
  return kind;
}

function colourOf(happening: Happening): Colour {
  const { kind, facts } = happening;
  if (kind === "reply" && typeof facts["code"] === "number" && facts["code"] < 500) return "yellow";
  if (isRefusal(happening) || facts["outcome"] === "kept") return "red";
  if (kind === "message") return "green";
  if (kind === "plugin" || kind === "lost") return "yellow";
  return kind === "reload" ? "cyan" : "dim";
}

function envelope(facts: Facts): string {
  const { from, to, recipients } = facts;
  if (typeof from !== "string") return "";
  const [first, ...others] = Array.isArray(to) ? to.map(text) : [];
  const all = typeof recipients === "number" ? recipients - 1 : others.length;
  return `  from ${from}${first === undefined ? "" : ` to ${first}${all > 0 ? ` and ${all} more` : ""}`}`;
}

function clientOf({ client }: Facts): string {
  return typeof client !== "string" ? "" : `client ${client === "" ? "of a Unix socket" : client}`;
}

function after(before: string, value: unknown): string {
  return text(value) === "" ? "" : `${before}${text(value)}`;
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** Local time: `09:30:05.123`. */
function clock(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}
