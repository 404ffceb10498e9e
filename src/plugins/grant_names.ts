// The vocabulary of needs and grants: every capability's name, and how its scopes are read.

import { hookNames } from "../../sdk/contract/contract.ts";
import type { CapabilityName } from "../../sdk/contract/manifest.ts";
import { isKeyword, ownMethod } from "../authentication_results/registry.ts";
import { parseDnsScope } from "../scopes/dns_scope.ts";
import { globCovers } from "../scopes/glob.ts";
import { parseFileScope } from "../scopes/file_scope.ts";
import { parseHttpScope } from "../scopes/http_scope.ts";
import { badScope, type ParsedScope, scopeOf } from "../scopes/scope.ts";
import { parseLdapScope } from "../scopes/ldap_scope.ts";
import { parseRunScope } from "../scopes/run_scope.ts";
import { parseSqlScope } from "../scopes/sql_scope.ts";
import { parseTcpScope } from "../scopes/tcp_scope.ts";

/** What an event may tell; see event_fields.ts for the fields of each. */
export const eventScopes = [
  "client",
  "hello",
  "tls",
  "user",
  "credentials",
  "marks",
  "score",
  "load",
  "reverse_path",
  "recipients",
  "headers",
  "size",
  "argument",
  "parameters",
] as const;

export type EventScope = (typeof eventScopes)[number];

const contentScopes = ["headers", "body"] as const;
const editScopes = ["header", "recipients", "reverse_path"] as const;
const markScopes = ["relay", "allowed"] as const;
const verdictScopes = ["accept", "reject", "defer", "disconnect", "*"] as const;

/** Reads the scope after the colon; `*` alone and no scope at all are all scopes, and never come here. */
type ScopeReader = (scope: string) => ParsedScope;

/** Every capability has one. */
export const scopeReaders: { readonly [N in CapabilityName]: ScopeReader } = {
  log: withoutScope,
  config: withoutScope,
  dns: parseDnsScope,
  store: (scope) => scopeOf(scope),
  http: parseHttpScope,
  tcp: parseTcpScope,
  run: parseRunScope,
  ldap: parseLdapScope,
  sql: parseSqlScope,
  content: (scope) => wordOf(scope, contentScopes),
  crypto: withoutScope,
  clock: withoutScope,
  mmdb: parseFileScope,
  event: (scope) => fieldsOf(scope, "headers", eventScopes),
  edit: (scope) => fieldsOf(scope, "header", editScopes),
  verdict: verdictAt,
  mark: (scope) => wordOf(scope, markScopes),
  score: withoutScope,
  notes: pluginNamed,
  results: methodOf,
};

/** Where only the operator knows which: a need without a scope is met by grants with one, and is then no more than they. */
export const placeCapabilities: ReadonlySet<CapabilityName> = new Set<CapabilityName>([
  "http",
  "tcp",
  "run",
  "ldap",
  "sql",
  "mmdb",
]);

export function isCapabilityName(name: string): name is CapabilityName {
  return Object.hasOwn(scopeReaders, name);
}

function withoutScope(): ParsedScope {
  return badScope("is more than there is: this capability has no scopes, leave out the colon and what follows");
}

function wordOf(scope: string, words: readonly string[]): ParsedScope {
  return words.includes(scope) ? scopeOf(scope) : badScope(`is none of ${words.join(", ")}`);
}

/** `headers` is every field, `headers:X-*` some; field names are compared without case. */
function fieldsOf(scope: string, listed: string, words: readonly string[]): ParsedScope {
  if (scope === listed) return scopeOf(listed, "*");
  if (!scope.startsWith(`${listed}:`)) return wordOf(scope, words);
  const name = scope.slice(listed.length + 1);
  // RFC 5322 §3.6.8
  return /^[!-9;-~]{1,76}$/.test(name) ? scopeOf(listed, name.toLowerCase()) : badScope("names no header field");
}

/** A method of Authentication-Results. */
function methodOf(scope: string): ParsedScope {
  if (scope === ownMethod) return badScope("is the server's own: it alone knows who has authenticated");
  return isKeyword(scope) ? scopeOf(scope) : badScope("is no method such as spf or iprev");
}

/** Whose notes: a name of the configuration. */
function pluginNamed(scope: string): ParsedScope {
  return /^[a-z][a-z0-9_]{0,63}$/.test(scope) ? scopeOf(scope) : badScope("is no name of a plugin");
}

/** `reject@rcpt`; both sides may be globs. */
function verdictAt(scope: string): ParsedScope {
  const [word = "", hook = "", ...rest] = scope.split("@");
  if (rest.length > 0 || hook === "") return badScope("is not like reject@rcpt, or reject@* for every hook");
  if (!verdictScopes.some((each) => each === word)) {
    return badScope(`is none of ${verdictScopes.join(", ")} before the @`);
  }
  return hookNames.some((name) => globCovers(hook, name)) ? scopeOf(word, hook) : badScope("names no hook after the @");
}
