// The host and the port of a scope: a name, an address, or a glob for whole labels.

import { canonicalAddress } from "../networks/address.ts";

export type ParsedHost =
  | { readonly kind: "host"; readonly host: string }
  | { readonly kind: "bad"; readonly why: string };

/** A host without glob, lower case, an address in its one spelling: what scopes are compared with. */
export function parseHost(text: string): ParsedHost {
  const inside = /^\[(.*)\]$/.exec(text)?.[1];
  const address = inside === undefined || inside.includes(":") ? canonicalAddress(inside ?? text) : undefined;
  if (address !== undefined && address.includes(":") === (inside !== undefined)) return { kind: "host", host: address };
  const name = text.toLowerCase();
  if (text.length > 253 || !/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(name)) return badHost("names no host");
  // WHATWG URL, "ends in a number": 127.1 and 0x7f000001 are addresses to some programs and names to others.
  if (/(^|\.)(\d+|0x[0-9a-f]*)$/.test(name)) return badHost("writes an address in an unusual way");
  return { kind: "host", host: name };
}

/** A host, or `*`, or `*.example.com` for every name below it. */
export function parseHostGlob(text: string): ParsedHost {
  if (text === "*") return { kind: "host", host: "*" };
  if (!text.startsWith("*.")) return parseHost(text);
  const suffix = parseHost(text.slice(2));
  if (suffix.kind === "bad") return suffix;
  return /^[\d.]+$|:/.test(suffix.host) ? badHost("names no host") : { kind: "host", host: `*.${suffix.host}` };
}

/** 1 to 65535 in decimal without leading zeros, or `*` in a scope. */
export function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

function badHost(why: string): ParsedHost {
  return { kind: "bad", why };
}
