// Scopes of the capability `dns`: which record types a plugin may ask for, and of which names.

import type { RecordType } from "../dns/resolver.ts";
import { badScope, type ParsedScope, scopeOf } from "./scope.ts";

const types: { readonly [T in RecordType]: true } = {
  A: true,
  AAAA: true,
  MX: true,
  TXT: true,
  PTR: true,
  NS: true,
  CNAME: true,
  TLSA: true,
};

/**
 * `TXT` is that type of every name, `*.dnsbl.example` every type of those names, `TXT:_dmarc.*` both. Types are upper
 * case; names are what is asked for, not where aliases lead. Parts: type, name.
 */
export function parseDnsScope(scope: string): ParsedScope {
  if (isType(scope)) return scopeOf(scope, "*");
  const [head = "", name, ...rest] = scope.split(":");
  if (name === undefined) return nameOf("*", head);
  if (rest.length > 0) return badScope("has more than one colon; write a record type, a name, or both: TXT:_dmarc.*");
  return head === "*" || isType(head)
    ? nameOf(head, name)
    : badScope(`names no record type: ${Object.keys(types).join(", ")}`);
}

function isType(word: string): boolean {
  return Object.hasOwn(types, word);
}

/** A single label without a dot or a `*` is no name that mail has: more likely a record type that does not exist. */
function nameOf(type: string, name: string): ParsedScope {
  const isName = /^[!-9;-~]{1,253}$/.test(name) && /[.*]/.test(name);
  if (!isName) return badScope("is neither a record type like TXT nor a name like *.example.org");
  return scopeOf(type, name.toLowerCase().replace(/(?<=.)\.$/, ""));
}
