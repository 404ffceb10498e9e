// Where a redirect leads, and what is sent there. Pure.

import { parseTarget } from "../scopes/http_scope.ts";
import type { HttpAsk } from "./http_ask.ts";

/** `why` is a sentence. */
export type Redirect =
  | { readonly kind: "none" }
  | { readonly kind: "to"; readonly ask: HttpAsk }
  | { readonly kind: "bad"; readonly why: string };

/** Fields that another server may see; all others may be keys to the first. */
const harmlessFields = ["accept", "accept-language", "content-type", "user-agent"];

/** RFC 9110 §15.4: those that are followed. Other answers may have a Location too. */
export function isRedirect(status: number, location: string | undefined): boolean {
  return location !== undefined && [301, 302, 303, 307, 308].includes(status);
}

/** `location` is the field of the answer, if there is one. */
export function redirectOf(ask: HttpAsk, status: number, location: string | undefined): Redirect {
  if (location === undefined || !isRedirect(status, location)) return { kind: "none" };
  const { target } = ask;
  const base = `${target.scheme}://${target.authority}${target.path}${target.query}`;
  // A relative one is checked as the absolute URL that it means.
  const url = /^[!-[\]-~]*$/.test(location) ? URL.parse(location, base)?.href : undefined;
  const parsed = parseTarget(url ?? "");
  if (parsed.kind === "bad") return { kind: "bad", why: "it leads to no URL that may be asked for" };
  const next = parsed.target;
  if (target.scheme === "https" && next.scheme === "http") return { kind: "bad", why: "it leads from https to http" };
  const isSameOrigin = next.scheme === target.scheme && next.host === target.host && next.port === target.port;
  const isKept = status >= 307 || ask.method === "GET" || ask.method === "HEAD";
  const headers = Object.entries(ask.headers).filter(([name]) => {
    return (isSameOrigin || harmlessFields.includes(name)) && (isKept || name !== "content-type");
  });
  return {
    kind: "to",
    ask: {
      method: isKept ? ask.method : "GET",
      target: next,
      headers: Object.fromEntries(headers),
      ...(isKept && ask.body !== undefined ? { body: ask.body } : {}),
    },
  };
}
