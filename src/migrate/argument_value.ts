// Makes a value of a plugin's setting from the word that stood in qpsmtpd's line.

import type { Json } from "../../sdk/contract/contract.ts";
import type { Setting } from "../../sdk/contract/manifest.ts";
import { whatIsWrong } from "../plugins/settings.ts";
import { quote } from "../text/quote.ts";

export type ArgumentValue =
  | { readonly kind: "value"; readonly value: Json }
  /** The rest of a sentence that begins with the argument's name. */
  | { readonly kind: "wrong"; readonly why: string };

/** A value that the plugin will take, or why it would not. */
export function argumentValue(setting: Setting, word: string): ArgumentValue {
  const value = readers[setting.type](word);
  if (value === undefined) return { kind: "wrong", why: `must be ${expected[setting.type]}, not ${quote(word)}` };
  const why = whatIsWrong(setting, value);
  return why === undefined ? { kind: "value", value } : { kind: "wrong", why };
}

/** What Perl and people take for yes and no. */
export function readSwitch(word: string): boolean | undefined {
  if (/^(?:1|yes|true|on)$/i.test(word)) return true;
  return /^(?:0|no|false|off)$/i.test(word) ? false : undefined;
}

/** A decimal number, or nothing: `Number` alone would take "", "0x1f" and "1e9" too. */
export function readNumber(word: string): number | undefined {
  return /^[+-]?\d{1,15}(?:\.\d{1,15})?$/.test(word) ? Number(word) : undefined;
}

const expected: { readonly [T in Setting["type"]]: string } = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "1 or 0",
  list: "words with commas between them",
};

const readers: { readonly [T in Setting["type"]]: (word: string) => Json | undefined } = {
  string: (word) => word,
  integer: (word) => readNumber(word),
  number: (word) => readNumber(word),
  boolean: (word) => readSwitch(word),
  list: (word) => word.split(",").map((item) => item.trim()).filter((item) => item !== ""),
};
