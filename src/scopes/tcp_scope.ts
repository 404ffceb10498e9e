// Where a plugin may connect to: scopes of `tcp`, `host:port` and `unix:/path`, and the places compared with them.

import { isPort, type ParsedHost, parseHost, parseHostGlob } from "./host_scope.ts";
import { badScope, type ParsedScope, scopeOf } from "./scope.ts";

export type Place =
  | { readonly kind: "host"; readonly host: string; readonly port: string }
  | { readonly kind: "unix"; readonly path: string };

/** `host:port` or `unix:/path`: `*` or `*.suffix` as host, `*` as port, globs in a path; IPv6 addresses in brackets. */
export function parseTcpScope(text: string): ParsedScope {
  return parse(text, parseHostGlob, (port) => port === "*" || isPort(port));
}

/** The same without globs: where one connection goes. */
export function parsePlace(text: string): ParsedScope {
  return parse(text, parseHost, isPort);
}

/** The place of parts that `parsePlace` gave. */
export function placeOf(parts: readonly string[]): Place {
  const [kind, first = "", port = ""] = parts;
  return kind === "unix" ? { kind: "unix", path: first } : { kind: "host", host: first, port };
}

function parse(
  text: string,
  hostOf: (text: string) => ParsedHost,
  isPortHere: (text: string) => boolean,
): ParsedScope {
  if (text.startsWith("unix:")) return parseUnix(text.slice("unix:".length));
  const [, hostText, port] = /^(\[[^\]]*\]|[^:[\]]+):([^:]*)$/.exec(text) ?? [];
  if (hostText === undefined || port === undefined) return badScope("is not like host:port or unix:/path");
  const parsed = hostOf(hostText);
  if (parsed.kind === "bad") return badScope(`${parsed.why}: ${hostText}`);
  return isPortHere(port) ? scopeOf("tcp", parsed.host, port) : badScope("has a port that is not 1 to 65535");
}

/** Only one spelling a path, so that comparing text is comparing places. A socket's path has at most 107 octets. */
function parseUnix(path: string): ParsedScope {
  if (!/^(\/[!-.0-~]+)+$/.test(path) || path.length > 107) return badScope("is no absolute path of a socket");
  return /\/\.{1,2}(\/|$)/.test(path) ? badScope("has a dot segment in its path") : scopeOf("unix", path);
}
