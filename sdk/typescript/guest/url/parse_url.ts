// The URL parser of the WHATWG URL Standard §4.4: its states rewritten as "cut off fragment and query, then look at the rest".

import { parseHost } from "./host.ts";
import { isDriveLetter, parsePath, shortenPath, startsWithDriveLetter } from "./parse_path.ts";
import { encodeSets, percentEncode } from "./percent.ts";
import { isSpecial, isUsualPort, type UrlRecord } from "./url_record.ts";

/** `undefined` if the input is no URL. */
export function parseUrl(input: string, base: UrlRecord | undefined): UrlRecord | undefined {
  const text = input.toWellFormed().replace(/^[\0-\x20]+|[\0-\x20]+$/g, "").replace(/[\t\n\r]/g, "");
  const { rest, query, fragment } = cut(text);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(rest)?.[1]?.toLowerCase();
  const url = scheme === undefined
    ? parseWithoutScheme(rest, query, fragment !== null, base)
    : parseWithScheme(scheme, rest.slice(scheme.length + 1), query, base);
  if (url === undefined) return undefined;
  if (query !== null) url.query = encodeQuery(query, url.scheme);
  if (typeof url.path === "string" && (query !== null || fragment !== null)) url.path = url.path.replace(/ $/, "%20");
  url.fragment = fragment === null ? null : percentEncode(fragment, encodeSets.fragment);
  return url;
}

export function encodeQuery(query: string, scheme: string): string {
  return percentEncode(query, isSpecial(scheme) ? encodeSets.specialQuery : encodeSets.query);
}

function cut(text: string): { rest: string; query: string | null; fragment: string | null } {
  const hash = text.indexOf("#");
  const before = hash < 0 ? text : text.slice(0, hash);
  const mark = before.indexOf("?");
  return {
    rest: mark < 0 ? before : before.slice(0, mark),
    query: mark < 0 ? null : before.slice(mark + 1),
    fragment: hash < 0 ? null : text.slice(hash + 1),
  };
}

function parseWithScheme(
  scheme: string,
  rest: string,
  query: string | null,
  base: UrlRecord | undefined,
): UrlRecord | undefined {
  const url = emptyUrl(scheme);
  if (scheme === "file") return parseFile(url, rest, query, base?.scheme === "file" ? base : undefined);
  if (isSpecial(scheme)) {
    if (base?.scheme === scheme && !rest.startsWith("//")) return parseRelative(url, rest, query, base);
    return parseAuthority(url, rest.replace(/^[/\\]+/, ""));
  }
  if (rest.startsWith("//")) return parseAuthority(url, rest.slice(2));
  if (rest.startsWith("/")) return withPath(url, rest.slice(1));
  url.path = percentEncode(rest, encodeSets.control);
  return url;
}

function parseWithoutScheme(
  rest: string,
  query: string | null,
  hasFragment: boolean,
  base: UrlRecord | undefined,
): UrlRecord | undefined {
  if (base === undefined) return undefined;
  if (typeof base.path === "string") {
    const onlyFragment = rest === "" && query === null && hasFragment;
    return onlyFragment ? { ...base } : undefined;
  }
  const url = emptyUrl(base.scheme);
  return base.scheme === "file" ? parseFile(url, rest, query, base) : parseRelative(url, rest, query, base);
}

/** Relative state and relative slash state. */
function parseRelative(url: UrlRecord, rest: string, query: string | null, base: UrlRecord): UrlRecord | undefined {
  const special = isSpecial(url.scheme);
  const slashes = special ? /^[/\\]*/.exec(rest)?.[0].length ?? 0 : /^\/*/.exec(rest)?.[0].length ?? 0;
  if (slashes >= 2) return parseAuthority(url, rest.slice(special ? slashes : 2));
  url.username = base.username;
  url.password = base.password;
  url.host = base.host;
  url.port = base.port;
  if (slashes === 1) return withPath(url, rest.slice(1));
  return continuePath(url, rest, query, base);
}

/** Takes the base's path: as it is if nothing follows, without its last segment otherwise. */
function continuePath(url: UrlRecord, rest: string, query: string | null, base: UrlRecord): UrlRecord {
  const path = [...base.path];
  url.path = path;
  if (rest !== "") {
    shortenPath(path, url.scheme);
    parsePath(rest, url.scheme, path);
  } else if (query === null) {
    url.query = base.query;
  }
  return url;
}

/** File state, file slash state and file host state. */
function parseFile(
  url: UrlRecord,
  rest: string,
  query: string | null,
  base: UrlRecord | undefined,
): UrlRecord | undefined {
  url.host = "";
  if (/^[/\\]{2}/.test(rest)) return parseFileHost(url, rest.slice(2));
  const path: string[] = [];
  url.path = path;
  if (/^[/\\]/.test(rest)) {
    if (base !== undefined) url.host = base.host;
    const drive = base?.path[0] ?? "";
    if (!startsWithDriveLetter(rest.slice(1)) && /^[A-Za-z]:$/.test(drive)) path.push(drive);
    parsePath(rest.slice(1), url.scheme, path);
    return url;
  }
  if (base === undefined) return withPath(url, rest);
  url.host = base.host;
  if (startsWithDriveLetter(rest)) return withPath(url, rest);
  return continuePath(url, rest, query, base);
}

function parseFileHost(url: UrlRecord, rest: string): UrlRecord | undefined {
  const text = /^[^/\\]*/.exec(rest)?.[0] ?? "";
  if (isDriveLetter(text)) return withPath(url, rest);
  if (text !== "") {
    const host = parseHost(text, true);
    if (host === undefined) return undefined;
    url.host = host === "localhost" ? "" : host;
  }
  return withPath(url, rest.slice(text.length + 1));
}

function parseAuthority(url: UrlRecord, rest: string): UrlRecord | undefined {
  const special = isSpecial(url.scheme);
  const authority = (special ? /^[^/\\]*/ : /^[^/]*/).exec(rest)?.[0] ?? "";
  const at = authority.lastIndexOf("@");
  if (at >= 0) {
    const credentials = authority.slice(0, at);
    const colon = credentials.indexOf(":");
    url.username = percentEncode(colon < 0 ? credentials : credentials.slice(0, colon), encodeSets.userinfo);
    url.password = colon < 0 ? "" : percentEncode(credentials.slice(colon + 1), encodeSets.userinfo);
    if (at === authority.length - 1) return undefined;
  }
  if (!setHostAndPort(url, authority.slice(at + 1))) return undefined;
  const path = rest.slice(authority.length);
  return path === "" && !special ? url : withPath(url, path.slice(1));
}

/** Sets both from `host` or `host:port`; false if either is wrong. */
function setHostAndPort(url: UrlRecord, text: string): boolean {
  const [, hostText = "", portText] = /^((?:\[[^\]]*\]?|[^:[])*)(?::(.*))?$/s.exec(text) ?? [];
  if (hostText === "" && (isSpecial(url.scheme) || text !== "")) return false;
  if (portText !== undefined && !setPort(url, portText)) return false;
  const host = parseHost(hostText, isSpecial(url.scheme));
  if (host === undefined) return false;
  url.host = host;
  return true;
}

export function setPort(url: UrlRecord, text: string): boolean {
  if (!/^\d*$/.test(text) || Number(text) > 65_535) return false;
  url.port = text === "" || isUsualPort(url.scheme, Number(text)) ? null : Number(text);
  return true;
}

function withPath(url: UrlRecord, text: string): UrlRecord {
  const path: string[] = [];
  parsePath(text, url.scheme, path);
  url.path = path;
  return url;
}

function emptyUrl(scheme: string): UrlRecord {
  return { scheme, username: "", password: "", host: null, port: null, path: [], query: null, fragment: null };
}
