// What a URL consists of, WHATWG URL Standard §4.1, and how it is written.

export interface UrlRecord {
  /** Without the colon. */
  scheme: string;
  username: string;
  password: string;
  /** `null` is no host at all, `""` an empty one. */
  host: string | null;
  /** `null` is the scheme's usual one. */
  port: number | null;
  /** A string is an opaque path: `mailto:…`. */
  path: string[] | string;
  query: string | null;
  fragment: string | null;
}

/** Special schemes and their usual ports. */
const usualPorts = new Map<string, number | null>([
  ["ftp", 21],
  ["file", null],
  ["http", 80],
  ["https", 443],
  ["ws", 80],
  ["wss", 443],
]);

export function isSpecial(scheme: string): boolean {
  return usualPorts.has(scheme);
}

export function isUsualPort(scheme: string, port: number): boolean {
  return usualPorts.get(scheme) === port;
}

export function formatHost(url: UrlRecord): string {
  return url.port === null ? url.host ?? "" : `${url.host ?? ""}:${url.port}`;
}

export function formatPath({ path }: UrlRecord): string {
  return typeof path === "string" ? path : path.map((segment) => `/${segment}`).join("");
}

export function formatUrl(url: UrlRecord): string {
  const query = url.query === null ? "" : `?${url.query}`;
  const fragment = url.fragment === null ? "" : `#${url.fragment}`;
  return `${url.scheme}:${formatAuthority(url)}${formatPath(url)}${query}${fragment}`;
}

function formatAuthority(url: UrlRecord): string {
  if (url.host === null) {
    // A path that begins with an empty segment would be read as a host.
    return typeof url.path !== "string" && url.path.length > 1 && url.path[0] === "" ? "/." : "";
  }
  const password = url.password === "" ? "" : `:${url.password}`;
  const credentials = url.username === "" && password === "" ? "" : `${url.username}${password}@`;
  return `//${credentials}${formatHost(url)}`;
}
