// Fetches one list: verified, bounded in time and size, from the server that the operator named and no other.

import { lookup } from "node:dns/promises";
import type { HttpAsk } from "../capabilities/http_ask.ts";
import { exchange, type Exchanged, type ExchangeLimits } from "../capabilities/http_exchange.ts";
import { redirectOf } from "../capabilities/http_redirect.ts";
import { withinTime } from "../capabilities/time_limit.ts";
import { parseAddress } from "../networks/address.ts";
import { parseTarget, type Target } from "../scopes/http_scope.ts";

/** What the server said of the version it gave, RFC 9110 §8.8. */
export interface Version {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** `why` completes a sentence that begins with the URL. */
export type Fetched =
  | { readonly kind: "text"; readonly text: string; readonly version: Version }
  /** It is still the known version. */
  | { readonly kind: "same" }
  | { readonly kind: "failed"; readonly why: string };

/** `timeout` is milliseconds for all of it, `size` octets, `ca` PEM. */
export interface FetchLimits {
  readonly timeout: number;
  readonly size: number;
  readonly ca?: string;
}

const mostRedirects = 3;
const mostAddresses = 4;

/** Never rejects. Addresses of one's own network are reached: the URL is the operator's word, not a plugin's. */
export async function fetchList(url: string, known: Version | undefined, limits: FetchLimits): Promise<Fetched> {
  const parsed = parseTarget(url);
  if (parsed.kind === "bad") return failed(parsed.why);
  const first: HttpAsk = { method: "GET", target: parsed.target, headers: conditions(known) };
  const never = new AbortController().signal;
  try {
    const timed = await withinTime(limits.timeout, never, (signal) => follow(first, limits, signal));
    return timed.kind === "ended" ? timed.value : failed(`gave no whole answer within ${limits.timeout} ms`);
  } catch (error) {
    return failed(`cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** RFC 9110 §13.1. */
function conditions({ etag, lastModified }: Version = {}): HttpAsk["headers"] {
  return {
    ...(etag === undefined ? {} : { "if-none-match": etag }),
    ...(lastModified === undefined ? {} : { "if-modified-since": lastModified }),
  };
}

async function follow(first: HttpAsk, limits: FetchLimits, signal: AbortSignal): Promise<Fetched> {
  let ask = first;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const answered = await reach(ask, limits, signal);
    if (answered.kind !== "answered") return failed(`cannot be reached: ${answered.message}`);
    const redirect = redirectOf(ask, answered.status, answered.headers["location"]);
    if (redirect.kind === "none") return read(answered, Object.keys(first.headers).length > 0);
    if (redirect.kind === "bad") return failed(`redirects, but ${redirect.why}`);
    if (originOf(redirect.ask.target) !== originOf(ask.target)) {
      return failed(`redirects to ${originOf(redirect.ask.target)}, which is another server: write its URL instead`);
    }
    // What a redirect may keep of the fields is for secrets; these are none.
    ask = { ...redirect.ask, headers: first.headers };
  }
  return failed(`redirects more than ${mostRedirects} times`);
}

function originOf({ scheme, authority }: Target): string {
  return `${scheme}://${authority}`;
}

/** Tries the addresses in turn until one can be connected to. */
async function reach(ask: HttpAsk, { size, ca }: FetchLimits, signal: AbortSignal): Promise<Exchanged> {
  const limits: ExchangeLimits = { most: size, ...(ca === undefined ? {} : { ca }) };
  let last: Exchanged = { kind: "unreached", message: "it has no address" };
  for (const address of await addressesOf(ask.target.host)) {
    if (signal.aborted) break;
    last = await exchange(ask, address, limits, signal);
    if (last.kind !== "unreached") return last;
  }
  return last;
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (parseAddress(host) !== undefined) return [host];
  const found = await lookup(host, { all: true });
  return found.slice(0, mostAddresses).map(({ address }) => address);
}

function read({ status, headers, body }: Extract<Exchanged, { kind: "answered" }>, isConditional: boolean): Fetched {
  if (status === 304 && isConditional) return { kind: "same" };
  if (status !== 200) return failed(`was answered with ${status}`);
  // What a proxy or a portal says in place of the list would make lines like any other.
  if (/^\s*text\/html\b/i.test(headers["content-type"] ?? "")) return failed("is a page of HTML, no list");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    return { kind: "text", text, version: versionOf(headers) };
  } catch {
    return failed("is not text in UTF-8");
  }
}

function versionOf({ etag, "last-modified": lastModified }: { readonly [name: string]: string }): Version {
  return {
    ...(isShort(etag) ? { etag } : {}),
    ...(isShort(lastModified) ? { lastModified } : {}),
  };
}

/** It is kept, and sent back as it is. */
function isShort(value: string | undefined): value is string {
  return value !== undefined && /^[ -~]{1,256}$/.test(value);
}

function failed(why: string): Fetched {
  return { kind: "failed", why };
}
