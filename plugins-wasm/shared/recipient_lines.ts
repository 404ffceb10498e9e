// Lines `pattern VERDICT [text]` as rcpt_map and rcpt_regexp have them, with qpsmtpd's words for a verdict or our own.

import { accept, defer, pass, reject } from "#sdk";
import type { Answer, Given } from "#sdk";
import { lineProblem, quote, splitLine } from "./pattern.ts";

/** What a line makes of a recipient; `disconnect` closes the connection after the refusal. */
export interface Fate {
  readonly verdict: Answer["verdict"];
  readonly disconnect: boolean;
}

/** `line` counts from 0; `text` is for the client, undefined if there is none. */
export interface RecipientLine {
  readonly pattern: string;
  readonly fate: Fate;
  readonly text: string | undefined;
  readonly line: number;
}

/** What is said where a line has no text, and which enhanced status goes with a refusal. */
export interface Wording {
  readonly reject: string;
  readonly rejectStatus: string;
  readonly defer: string;
  readonly deferStatus: string;
}

const fates: ReadonlyMap<string, Fate> = new Map([
  ["accept", { verdict: "accept", disconnect: false }],
  ["ok", { verdict: "accept", disconnect: false }],
  ["reject", { verdict: "reject", disconnect: false }],
  ["deny", { verdict: "reject", disconnect: false }],
  ["deny_disconnect", { verdict: "reject", disconnect: true }],
  ["denyhard", { verdict: "reject", disconnect: true }],
  ["defer", { verdict: "defer", disconnect: false }],
  ["denysoft", { verdict: "defer", disconnect: false }],
  ["denysoft_disconnect", { verdict: "defer", disconnect: true }],
  ["pass", { verdict: "pass", disconnect: false }],
  ["declined", { verdict: "pass", disconnect: false }],
]);

/** Reads the list file of that name; every bad line becomes a problem of the configuration. */
export function readRecipientLines(given: Given, name: string): readonly RecipientLine[] {
  const lines: RecipientLine[] = [];
  for (const [line, content] of (given.lists[name] ?? []).entries()) {
    const whole = splitLine(content);
    const { pattern: word, reason: text } = splitLine(whole.reason ?? "");
    const fate = fates.get(word.toLowerCase());
    const objection = lineProblem(whole) ?? (fate === undefined ? noVerdict(whole.pattern, word) : undefined);
    if (objection !== undefined) given.problem(`lists.${name}[${line}]`, objection);
    else if (fate !== undefined) lines.push({ pattern: whole.pattern, fate, text, line });
  }
  return lines;
}

/** Made once for a line, so that a call only has to find it. */
export function answerOf({ verdict, disconnect }: Fate, text: string | undefined, wording: Wording): Answer {
  const closing = disconnect ? { disconnect } : {};
  switch (verdict) {
    case "pass":
      return pass();
    case "accept":
      return accept(text);
    case "reject":
      return reject(text ?? wording.reject, { status: wording.rejectStatus, ...closing });
    case "defer":
      return defer(text ?? wording.defer, { status: wording.deferStatus, ...closing });
  }
}

function noVerdict(pattern: string, word: string): string {
  const found = word === "" ? "has no verdict behind it" : `is followed by ${quote(word)}, which is no verdict`;
  return `${quote(pattern)} ${found}: write OK, DENY, DENYSOFT or DECLINED, with _DISCONNECT if the session should end`;
}
