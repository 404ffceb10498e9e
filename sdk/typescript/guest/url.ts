// `URL` of the WHATWG URL Standard §6.1, without IDNA. Part of a plugin only if it names it.

import { parseHost } from "./url/host.ts";
import { parsePath } from "./url/parse_path.ts";
import { encodeQuery, parseUrl, setPort } from "./url/parse_url.ts";
import { encodeSets, percentEncode } from "./url/percent.ts";
import { formatHost, formatPath, formatUrl, isSpecial, isUsualPort, type UrlRecord } from "./url/url_record.ts";
import { URLSearchParams } from "./url_search_params.ts";

export class URL {
  #record: UrlRecord;
  #parameters: URLSearchParams | undefined;

  /** Throws a TypeError if it is no URL. */
  constructor(url: string | URL, base?: string | URL) {
    const record = parseBoth(url, base);
    if (record === undefined) throw new TypeError(`Invalid URL: ${String(url).slice(0, 200)}`);
    this.#record = record;
  }

  static canParse(url: string | URL, base?: string | URL): boolean {
    return parseBoth(url, base) !== undefined;
  }

  static parse(url: string | URL, base?: string | URL): URL | null {
    return URL.canParse(url, base) ? new URL(url, base) : null;
  }

  get href(): string {
    return formatUrl(this.#record);
  }

  set href(value: string) {
    this.#record = new URL(value).#record;
    this.#parameters?.reread(this.#record.query ?? "");
  }

  get origin(): string {
    const { scheme, path } = this.#record;
    if (scheme === "blob" && typeof path === "string") return /^https?:/.test(path) ? new URL(path).origin : "null";
    return isSpecial(scheme) && scheme !== "file" ? `${scheme}://${formatHost(this.#record)}` : "null";
  }

  get protocol(): string {
    return `${this.#record.scheme}:`;
  }

  set protocol(value: string) {
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*)(?::|$)/.exec(withoutBreaks(value))?.[1]?.toLowerCase();
    const url = this.#record;
    if (scheme === undefined || isSpecial(scheme) !== isSpecial(url.scheme)) return;
    if (scheme === "file" && (url.username !== "" || url.password !== "" || url.port !== null)) return;
    if (url.scheme === "file" && url.host === "") return;
    url.scheme = scheme;
    if (url.port !== null && isUsualPort(scheme, url.port)) url.port = null;
  }

  get username(): string {
    return this.#record.username;
  }

  set username(value: string) {
    if (this.#mayHaveCredentials()) {
      this.#record.username = percentEncode(`${value}`.toWellFormed(), encodeSets.userinfo);
    }
  }

  get password(): string {
    return this.#record.password;
  }

  set password(value: string) {
    if (this.#mayHaveCredentials()) {
      this.#record.password = percentEncode(`${value}`.toWellFormed(), encodeSets.userinfo);
    }
  }

  get host(): string {
    return formatHost(this.#record);
  }

  set host(value: string) {
    const { host, port } = this.#hostAndPort(value);
    // Of the port only the leading digits count, and only if there was a host.
    if (host === "" && port !== undefined) return;
    if (this.#setHost(host) && port !== undefined) this.port = port;
  }

  get hostname(): string {
    return this.#record.host ?? "";
  }

  set hostname(value: string) {
    const { host, port } = this.#hostAndPort(value);
    if (port === undefined) this.#setHost(host);
  }

  get port(): string {
    return `${this.#record.port ?? ""}`;
  }

  set port(value: string) {
    if (!this.#mayHaveCredentials()) return;
    const digits = /^\d*/.exec(withoutBreaks(value))?.[0] ?? "";
    if (digits !== "" || `${value}` === "") setPort(this.#record, digits);
  }

  get pathname(): string {
    return formatPath(this.#record);
  }

  set pathname(value: string) {
    const url = this.#record;
    if (typeof url.path === "string") return;
    const path: string[] = [];
    const text = withoutBreaks(value);
    const slash = isSpecial(url.scheme) ? /^[/\\]/ : /^\//;
    if (text !== "" || isSpecial(url.scheme) || url.host === null) parsePath(text.replace(slash, ""), url.scheme, path);
    url.path = path;
  }

  get search(): string {
    return this.#record.query === null || this.#record.query === "" ? "" : `?${this.#record.query}`;
  }

  set search(value: string) {
    const query = withoutBreaks(`${value}`.replace(/^\?/, ""));
    this.#record.query = `${value}` === "" ? null : encodeQuery(query, this.#record.scheme);
    this.#parameters?.reread(this.#record.query ?? "");
  }

  get searchParams(): URLSearchParams {
    this.#parameters ??= URLSearchParams.of(this.#record.query ?? "", (query) => {
      this.#record.query = query === "" ? null : query;
    });
    return this.#parameters;
  }

  get hash(): string {
    return this.#record.fragment === null || this.#record.fragment === "" ? "" : `#${this.#record.fragment}`;
  }

  set hash(value: string) {
    const fragment = withoutBreaks(`${value}`.replace(/^#/, ""));
    this.#record.fragment = `${value}` === "" ? null : percentEncode(fragment, encodeSets.fragment);
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }

  #mayHaveCredentials(): boolean {
    return this.#record.host !== null && this.#record.host !== "" && this.#record.scheme !== "file";
  }

  #hostAndPort(value: string): { readonly host: string; readonly port?: string | undefined } {
    const { scheme } = this.#record;
    const text = (isSpecial(scheme) ? /^[^/\\?#]*/ : /^[^/?#]*/).exec(withoutBreaks(value))?.[0] ?? "";
    if (scheme === "file") return { host: text };
    const [, host = "", port] = /^((?:\[[^\]]*\]?|[^:[])*)(?::(.*))?$/s.exec(text) ?? [];
    return { host, port };
  }

  /** False if it stayed as it was. */
  #setHost(text: string): boolean {
    const url = this.#record;
    if (typeof url.path === "string") return false;
    const bare = url.username === "" && url.password === "" && url.port === null;
    const mayBeEmpty = url.scheme === "file" || (!isSpecial(url.scheme) && bare);
    const host = text === "" && mayBeEmpty ? "" : parseHost(text, isSpecial(url.scheme));
    if (host === undefined || (host === "" && !mayBeEmpty)) return false;
    url.host = url.scheme === "file" && host === "localhost" ? "" : host;
    return true;
  }
}

function parseBoth(url: string | URL, base: string | URL | undefined): UrlRecord | undefined {
  if (base === undefined) return parseUrl(`${url}`, undefined);
  const baseRecord = parseUrl(`${base}`, undefined);
  return baseRecord && parseUrl(`${url}`, baseRecord);
}

function withoutBreaks(value: string): string {
  return `${value}`.toWellFormed().replace(/[\t\n\r]/g, "");
}
