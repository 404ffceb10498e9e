// Attributes of XCLIENT and XFORWARD: `NAME=mx.example.org ADDR=192.0.2.1`, values in xtext, by a table of rows.

import { decodeXtext } from "./xtext.ts";

export interface AttributeRow<Value> {
  /** What is made of a decoded value; `undefined` if it is a bad one. */
  readonly read: (text: string) => Value | undefined;
  /** Words that stand in square brackets, in any case of letters, for "there is no value": it is `null` then. */
  readonly absent?: readonly ("UNAVAILABLE" | "TEMPUNAVAIL")[];
  /** What a good value is, to be said to the client behind "must be ". */
  readonly expected: string;
}

/** Every attribute that can be `null` has `absent` words in its row. */
export type AttributeRows<Values> = { readonly [Name in keyof Values]-?: AttributeRow<NonNullable<Values[Name]>> };

/** Those that a command named, by their names in upper case. */
export interface Attributes<Values> {
  readonly kind: "attributes";
  readonly values: Values;
}

/** `attribute` is empty when none can be named. `why` is for the client: "must be ...", "is not known". */
export interface MalformedAttributes {
  readonly kind: "malformed";
  readonly attribute: string;
  readonly why: string;
}

// The READMEs of Postfix give every value this length.
const longest = 255;

/** `Values` has optional keys only. Runs of spaces count as one, as in the parameters of MAIL. */
export function parseAttributes<Values extends object>(
  argument: string,
  rows: AttributeRows<Values>,
): Attributes<Values> | MalformedAttributes {
  const values: { [name: string]: unknown } = {};
  for (const word of argument.split(" ").filter((each) => each !== "")) {
    const [, written = "", encoded = ""] = /^([A-Za-z_]{1,32})=(.*)$/.exec(word) ?? [];
    const name = written.toUpperCase();
    if (name === "") return malformed("", "must be given as NAME=value");
    const row = Object.hasOwn(rows, name) ? (rows as { [name: string]: AttributeRow<unknown> })[name] : undefined;
    if (row === undefined) return malformed(name, "is not known");
    if (Object.hasOwn(values, name)) return malformed(name, "is given twice");
    const value = readValue(row, encoded);
    if (value === undefined) return malformed(name, `must be ${row.expected}`);
    values[name] = value;
  }
  if (Object.keys(values).length === 0) return malformed("", "must be given as NAME=value");
  // Each value was read by the row of its name.
  return { kind: "attributes", values: values as Values };
}

function readValue({ read, absent = [] }: AttributeRow<unknown>, encoded: string): unknown {
  const text = decodeXtext(encoded);
  if (text === undefined || text.length > longest) return undefined;
  return absent.some((word) => text.toUpperCase() === `[${word}]`) ? null : read(text);
}

function malformed(attribute: string, why: string): MalformedAttributes {
  return { kind: "malformed", attribute, why };
}
