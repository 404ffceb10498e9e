// ESMTP parameters of MAIL and RCPT, as a table. RFC 5321 §4.1.1.11.

import type { Parameters } from "../../sdk/contract/event.ts";
import type { Reply } from "./reply.ts";
import * as replies from "./replies.ts";

interface ParameterRule {
  readonly verb: "MAIL" | "RCPT";
  /** The value as it is kept, or `undefined` if it is a bad one. */
  readonly read: (value: string | true) => string | true | undefined;
}

const parameterRules: { readonly [keyword: string]: ParameterRule } = {
  SIZE: { verb: "MAIL", read: (value) => value !== true && /^[0-9]{1,20}$/.test(value) ? value : undefined }, // RFC 1870
  BODY: {
    verb: "MAIL",
    read: (value) => value !== true && /^(?:7BIT|8BITMIME)$/i.test(value) ? upper(value) : undefined,
  }, // RFC 6152
  SMTPUTF8: { verb: "MAIL", read: (value) => value === true ? value : undefined }, // RFC 6531 §3.4
};

// A value may hold UTF-8 once SMTPUTF8 is offered; no value that is known here does.
const parameter = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]+))?$/;

export type ParsedParameters =
  | { readonly kind: "parameters"; readonly parameters: Parameters }
  | { readonly kind: "malformed"; readonly reply: Reply };

/** `text` is what follows the `>` of the path. Runs of spaces count as one: several clients write two. */
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
    const kept = rule.read(value);
    if (kept === undefined) return { kind: "malformed", reply: replies.badParameterValue(keyword) };
    parameters[keyword] = kept;
  }
  return { kind: "parameters", parameters };
}

function upper(ascii: string): string {
  return ascii.toUpperCase();
}
