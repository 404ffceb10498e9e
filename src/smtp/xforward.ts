// XFORWARD: a trusted server says whose message the next transaction will be, for logs and never for access.
// By the XFORWARD_README of Postfix.

import type { Forwarded } from "../../sdk/contract/event.ts";
import { readAddress, readPort, readToken } from "./attribute_values.ts";
import { type AttributeRows, type Attributes, type MalformedAttributes, parseAttributes } from "./attributes.ts";

/** `null` takes back what was said before. */
export interface XforwardValues {
  readonly NAME?: string | null;
  /** An IP address as a socket would give it, or whatever another network has. */
  readonly ADDR?: string | null;
  readonly PORT?: number | null;
  readonly PROTO?: string | null;
  readonly HELO?: string | null;
  /** The message's name there. */
  readonly IDENT?: string | null;
  readonly SOURCE?: "LOCAL" | "REMOTE" | null;
}

const absent = ["UNAVAILABLE"] as const;
const token = "printable ASCII without brackets, quotes, commas and the like, or [UNAVAILABLE]";

const rows: AttributeRows<XforwardValues> = {
  NAME: { read: readToken, absent, expected: token },
  ADDR: { read: (text) => readAddress(text) ?? readToken(text), absent, expected: token },
  PORT: { read: readPort, absent, expected: "0 to 65535 or [UNAVAILABLE]" },
  PROTO: { read: readProtocol, absent, expected: "a word of at most 64 letters and digits, or [UNAVAILABLE]" },
  HELO: { read: readToken, absent, expected: token },
  IDENT: { read: readToken, absent, expected: token },
  SOURCE: { read: readSource, absent, expected: "LOCAL, REMOTE or [UNAVAILABLE]" },
};

/** How EHLO offers it. */
export const xforwardKeyword: string = `XFORWARD ${Object.keys(rows).join(" ")}`;

/** What follows `XFORWARD `. */
export function parseXforward(argument: string): Attributes<XforwardValues> | MalformedAttributes {
  return parseAttributes(argument, rows);
}

/** What is known after one more command. It must be forgotten when the next transaction ends. */
export function applyXforward(known: Forwarded | undefined, values: XforwardValues): Forwarded {
  const { NAME: name, ADDR: address, PORT: port, PROTO: protocol, HELO: hello, IDENT: ident, SOURCE: source } = values;
  // A message without a client's address was written where the server is: there was no client to speak of.
  const client = address === null
    ? { name: null, address: null, port: null, protocol: null, hello: null }
    : { name, address, port, protocol, hello };
  const said = Object.entries({ ...client, ident, source }).filter(([, value]) => value !== undefined);
  const all = Object.entries({ ...known, ...Object.fromEntries(said) });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}

function readProtocol(text: string): string | undefined {
  return /^[A-Za-z0-9./_-]{1,64}$/.test(text) ? text : undefined;
}

function readSource(text: string): "LOCAL" | "REMOTE" | undefined {
  const word = text.toUpperCase();
  return word === "LOCAL" || word === "REMOTE" ? word : undefined;
}
