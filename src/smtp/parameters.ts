// ESMTP parameters of MAIL and RCPT, as a table. RFC 5321 §4.1.1.11.

import type { Parameters } from "../../sdk/contract/event.ts";
import type { Reply } from "./reply.ts";
import * as replies from "./replies.ts";

interface ParameterRule {
  readonly verb: "MAIL" | "RCPT";
  /** The keyword of EHLO that offers it. */
  readonly extension: string;
  /** Octets of the longest value. */
  readonly longest: number;
  /** What a value looks like; without it there is no value. */
  readonly value?: RegExp;
  /** Words are kept in upper case; without it the value is kept as it came. */
  readonly words?: true;
}

// RFC 3461 §4: xtext, of which the decoded form is printable ASCII.
const xtext = /^(?:[!-*,-<>-~]|\+(?:[2-6][0-9A-F]|7[0-9A-E]))+$/;
// RFC 4954 §5; the octets behind it may be UTF-8. Some clients put a user name in the place of the mailbox.
const identity = /^(?:<>|(?:[!-*,-<>-~]|\+(?:[2-689A-F][0-9A-F]|7[0-9A-E]))+)$/;
const atom = "[A-Za-z0-9!#$%&'*/?^_`{|}~-]+";
// RFC 6533 §3: an address of the type utf-8 has `\x{...}` for what is not ASCII, or the characters themselves.
const escaped = "\\\\x\\{[0-9A-F]{2,6}\\}";
const originalRecipient = new RegExp(
  `^(?:utf-8;(?:[!-*,-<>-\\[\\]-~\\u{80}-\\u{10ffff}]|${escaped})+|(?!utf-8;)${atom};(?:${
    xtext.source.slice(1, -1)
  }))$`,
  "iu",
);
// RFC 2852 §4: what must be back by a time that is over already could never be delivered.
const deliverBy = /^(?:[+-]?[0-9]{1,9};N|(?!\+?0+;)\+?[0-9]{1,9};R)T?$/i;
const dateTime =
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/i;
const notify = /^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*)$/i;

const parameterRules: { readonly [keyword: string]: ParameterRule } = {
  SIZE: { verb: "MAIL", extension: "SIZE", longest: 20, value: /^[0-9]+$/ }, // RFC 1870
  // RFC 6152, RFC 3030 §3
  BODY: { verb: "MAIL", extension: "8BITMIME", longest: 10, value: /^(?:7BIT|8BITMIME|BINARYMIME)$/i, words: true },
  SMTPUTF8: { verb: "MAIL", extension: "SMTPUTF8", longest: 0 }, // RFC 6531 §3.4
  AUTH: { verb: "MAIL", extension: "AUTH", longest: 500, value: identity }, // RFC 4954 §5
  RET: { verb: "MAIL", extension: "DSN", longest: 4, value: /^(?:FULL|HDRS)$/i, words: true }, // RFC 3461 §4.3
  ENVID: { verb: "MAIL", extension: "DSN", longest: 100, value: xtext }, // RFC 3461 §4.4
  REQUIRETLS: { verb: "MAIL", extension: "REQUIRETLS", longest: 0 }, // RFC 8689 §2
  "MT-PRIORITY": { verb: "MAIL", extension: "MT-PRIORITY", longest: 2, value: /^(?:0|-?[1-9])$/ }, // RFC 6710 §5
  BY: { verb: "MAIL", extension: "DELIVERBY", longest: 13, value: deliverBy, words: true }, // RFC 2852 §4
  HOLDFOR: { verb: "MAIL", extension: "FUTURERELEASE", longest: 9, value: /^[0-9]*[1-9][0-9]*$/ }, // RFC 4865 §4.2
  HOLDUNTIL: { verb: "MAIL", extension: "FUTURERELEASE", longest: 35, value: dateTime, words: true }, // RFC 4865 §4.2
  NOTIFY: { verb: "RCPT", extension: "DSN", longest: 28, value: notify, words: true }, // RFC 3461 §4.1
  ORCPT: { verb: "RCPT", extension: "DSN", longest: 500, value: originalRecipient }, // RFC 3461 §4.2
};

// RFC 6531 §3.3 has UTF-8 in values.
const parameter = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u{80}-\u{10ffff}]+))?$/u;

export type ParsedParameters =
  | { readonly kind: "parameters"; readonly parameters: Parameters }
  | { readonly kind: "malformed"; readonly reply: Reply };

/**
 * `text` is what follows the `>` of the path. Runs of spaces count as one: several clients write two. Every parameter
 * that this server knows is read, offered or not: see `mailParametersObjection`.
 */
export function parseParameters(verb: "MAIL" | "RCPT", text: string): ParsedParameters {
  const parameters: { [keyword: string]: string | true } = {};
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const [, name = "", value = true] = parameter.exec(word) ?? [];
    if (name === "") return { kind: "malformed", reply: replies.malformedParameter() };
    const keyword = upper(name);
    const rule = Object.hasOwn(parameterRules, keyword) ? parameterRules[keyword] : undefined;
    if (rule?.verb !== verb) return { kind: "malformed", reply: replies.unknownParameter() };
    if (Object.hasOwn(parameters, keyword)) return { kind: "malformed", reply: replies.repeatedParameter(keyword) };
    const kept = readValue(rule, value);
    if (kept === undefined) return { kind: "malformed", reply: replies.badParameterValue(keyword) };
    parameters[keyword] = kept;
  }
  return { kind: "parameters", parameters };
}

/** Octets that all parameters of a command together can have, a space in front of each. */
export function mostParameterOctets(verb: "MAIL" | "RCPT"): number {
  return Object.entries(parameterRules).filter(([, rule]) => rule.verb === verb).reduce((sum, [keyword, rule]) => {
    return sum + 1 + keyword.length + (rule.value === undefined ? 0 : 1 + rule.longest);
  }, 0);
}

/**
 * What is wrong with parameters that are each well-formed, or undefined. `offered` holds the keywords that EHLO announces
 * to this client now: those of an extension that is not among them are unknown.
 */
export function mailParametersObjection(given: Parameters, offered: ReadonlySet<string>): Reply | undefined {
  if (!areOffered(given, offered)) return replies.unknownParameter();
  if (needsChunking(given) && !offered.has("BINARYMIME")) return replies.unknownParameter();
  if (given["SMTPUTF8"] !== true && hasUtf8(given)) return replies.parameterNotNow("UTF-8", "needs SMTPUTF8");
  if (given["HOLDFOR"] !== undefined && given["HOLDUNTIL"] !== undefined) { // RFC 4865 §4.2
    return replies.parameterNotNow("HOLDUNTIL", "cannot go with HOLDFOR");
  }
  const { BY: by = true, HOLDFOR: held = "0" } = given;
  // It would come back before it left.
  const hopeless = by !== true && by.includes(";R") && parseInt(by) <= Number(held);
  return hopeless ? replies.parameterNotNow("BY", "ends before HOLDFOR") : undefined;
}

/** The same for RCPT. `mail` are the parameters of the transaction's MAIL. */
export function rcptParametersObjection(
  given: Parameters,
  mail: Parameters,
  offered: ReadonlySet<string>,
): Reply | undefined {
  if (!areOffered(given, offered)) return replies.unknownParameter();
  if (mail["SMTPUTF8"] === true || !hasUtf8(given)) return undefined;
  return replies.parameterNotNow("UTF-8", "needs the SMTPUTF8 of MAIL"); // RFC 6533 §3
}

/** RFC 3030 §3: binary content can come by BDAT only, so DATA is answered 503. */
export function needsChunking(mail: Parameters): boolean {
  return mail["BODY"] === "BINARYMIME";
}

/** RFC 4954 §5: what a client says that is not trusted with it counts as `AUTH=<>`. */
export function withoutAssertedIdentity(mail: Parameters): Parameters {
  return mail["AUTH"] === undefined ? mail : { ...mail, AUTH: "<>" };
}

function readValue(rule: ParameterRule, value: string | true): string | true | undefined {
  if (rule.value === undefined || value === true) return rule.value === undefined && value === true ? true : undefined;
  if (octets(value) > rule.longest || !rule.value.test(value)) return undefined;
  return rule.words === true ? upper(value) : value;
}

function areOffered(given: Parameters, offered: ReadonlySet<string>): boolean {
  return Object.keys(given).every((keyword) => offered.has(parameterRules[keyword]?.extension ?? ""));
}

function hasUtf8(given: Parameters): boolean {
  // deno-lint-ignore no-control-regex -- the whole of ASCII is meant
  return Object.values(given).some((value) => value !== true && !/^[\x00-\x7f]*$/.test(value));
}

function octets(text: string): number {
  return new TextEncoder().encode(text).length;
}

function upper(ascii: string): string {
  return ascii.toUpperCase();
}
