// Which URLs a plugin may ask for: scopes of `http`, `https://*.example.com/v1/*`, and the URLs they are compared with.

import { isPort, parseHost, parseHostGlob } from "./host_scope.ts";
import { badScope, type ParsedScope, scopeOf } from "./scope.ts";

export type Scheme = "http" | "https";

/** A URL taken apart and normalised. What was compared with the scopes is what is asked for. */
export interface Target {
  readonly scheme: Scheme;
  /** Lower case; an IPv6 address without brackets. */
  readonly host: string;
  /** As the Host field says it: with brackets, and with the port unless it is the scheme's own. */
  readonly authority: string;
  readonly port: string;
  /** Without the query, which no scope is about. */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
}

/** `why` completes a sentence that begins with the URL. */
export type ParsedTarget =
  | { readonly kind: "target"; readonly target: Target }
  | { readonly kind: "bad"; readonly why: string };

const defaultPorts: { readonly [S in Scheme]: string } = { http: "80", https: "443" };
const shape = /^(https?):\/\/(\[[^\]/?#@]*\]|[^[\]/?#:@]+)(?::([^/?#@]*))?(\/[^?#]*)?([?#].*)?$/;

/** `scheme://host[:port]/path`: globs in the path, `*` or `*.suffix` as host, `*` as port. A `*` in a path spans slashes. */
export function parseHttpScope(text: string): ParsedScope {
  const match = shape.exec(text);
  if (match === null) return badScope("is not like https://host/path*");
  const [, scheme = "", hostText = "", port = defaultPorts[scheme as Scheme], path, rest] = match;
  const parsed = parseHostGlob(hostText);
  if (parsed.kind === "bad") return badScope(`${parsed.why}: ${hostText}`);
  if (port !== "*" && !isPort(port)) return badScope("has a port that is not 1 to 65535");
  if (path === undefined) return badScope(`has no path; write ${scheme}://${hostText}/* for all of them`);
  if (rest !== undefined) return badScope("may not have a query or a fragment: scopes end with the path");
  const why = whyNoPath(path) ?? (isNormal(path) ? undefined : "has a path that is not written in its normal form");
  return why === undefined ? scopeOf(scheme, parsed.host, port, path) : badScope(why);
}

/** Takes absolute http and https URLs only; what different programs may read differently is refused. */
export function parseTarget(text: string): ParsedTarget {
  if (text.length > 8192) return bad("is longer than 8,192 characters");
  if (!/^[!-[\]-~]*$/.test(text)) return bad("has a character that a URL must escape");
  if (!/^https?:\/\/[^/?#]/i.test(text)) return bad("is no absolute http or https URL");
  if (/^[^:]*:\/\/[^/?#]*@/.test(text)) return bad("has a user in it; give an Authorization field instead");
  const url = URL.parse(text);
  if (url === null) return bad("is no URL");
  const scheme: Scheme = url.protocol === "https:" ? "https" : "http";
  const parsed = parseHost(url.hostname);
  if (parsed.kind === "bad") return bad(parsed.why);
  const port = url.port === "" ? defaultPorts[scheme] : url.port;
  if (!isPort(port)) return bad("has a port that is not 1 to 65535");
  const why = whyNoPath(url.pathname);
  if (why !== undefined) return bad(why);
  const { host: authority, pathname: path, search: query } = url;
  return { kind: "target", target: { scheme, host: parsed.host, authority, port, path, query } };
}

/** The target as the parts of a scope. */
export function partsOfTarget({ scheme, host, port, path }: Target): readonly string[] {
  return [scheme, host, port, path];
}

/** Dot segments are resolved by now; what a server might decode to one later, or to a slash, is refused. */
function whyNoPath(path: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(path)) return "has a stray % in its path";
  if (/%(2f|5c|25|7f|[01][0-9a-f])/i.test(path)) {
    return "has an escaped slash, backslash, percent sign or control character in its path";
  }
  const decoded = path.replaceAll(/%2e/gi, ".").replaceAll(/%3b/gi, ";");
  // Some servers cut a segment at its semicolon before they resolve it: "/..;/" climbs there.
  return /\/\.{1,2}(;|\/|$)/.test(decoded) ? "has a dot segment in its path" : undefined;
}

function isNormal(path: string): boolean {
  return !path.includes("\\") && URL.parse(`http://host${path}`)?.pathname === path;
}

function bad(why: string): ParsedTarget {
  return { kind: "bad", why };
}
