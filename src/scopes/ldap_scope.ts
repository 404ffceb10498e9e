// Which directory a plugin may ask: scopes of `ldap`, `ldaps://ldap.example.org`, without globs.

import { isPort, parseHost } from "./host_scope.ts";
import { badScope, type ParsedScope, scopeOf } from "./scope.ts";

/** A directory server, by the parts of its scope. */
export interface Directory {
  readonly scheme: "ldap" | "ldaps";
  /** Lower case; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** `ldap://host[:port]` or `ldaps://host[:port]`, RFC 4516 §2 without what names an entry. */
export function parseLdapScope(text: string): ParsedScope {
  const [, scheme, hostText, port] = /^(ldaps?):\/\/(\[[^\]/?#@]*\]|[^[\]/?#:@]+)(?::(\d+))?\/?$/.exec(text) ?? [];
  if (scheme === undefined || hostText === undefined) return badScope("is not like ldaps://ldap.example.org");
  const parsed = parseHost(hostText);
  if (parsed.kind === "bad") return badScope(`${parsed.why}: ${hostText}`);
  const usual = scheme === "ldaps" ? "636" : "389";
  if (port !== undefined && !isPort(port)) return badScope("has a port that is not 1 to 65535");
  return scopeOf(scheme, parsed.host, port ?? usual);
}

/** The directory of parts that `parseLdapScope` gave. */
export function directoryOf([scheme, host = "", port]: readonly string[]): Directory {
  return { scheme: scheme === "ldaps" ? "ldaps" : "ldap", host, port: Number(port) };
}
