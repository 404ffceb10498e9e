// The capability `http`: asks servers that the operator named, at addresses that are not his own network's.

import type { Json } from "../../sdk/contract/contract.ts";
import { parseHttpScope, parseTarget, partsOfTarget, type Target } from "../scopes/http_scope.ts";
import type { Parts } from "../scopes/scope.ts";
import type { CallContext, Capability, Fulfilled } from "./capability.ts";
import { base64Of, done, type Refused, refused } from "./fulfilled.ts";
import { GrantedScopes } from "./granted_scopes.ts";
import { askOf, type HttpAsk, type HttpRequest, readHttpRequest } from "./http_ask.ts";
import { exchange, type Exchanged } from "./http_exchange.ts";
import { redirectOf } from "./http_redirect.ts";
import { type Lookup, resolveHost } from "./resolve_host.ts";
import { fulfilledWithin } from "./time_limit.ts";

export interface HttpOptions {
  readonly lookup: Lookup;
  /** Certificates to trust in the place of the runtime's own, in PEM. */
  readonly ca?: string;
}

/** What all requests of one fulfilment share. */
interface Errand {
  readonly request: HttpRequest;
  readonly scopes: readonly string[];
  readonly signal: AbortSignal;
}

type Answered = Extract<Exchanged, { readonly kind: "answered" }>;

const mostRedirects = 3;

/**
 * Takes `{ method, url, headers, body, as, most, timeout }`, all but `url` with defaults; gives `{ status, headers, text,
 * truncated: false }`, or `base64` in the place of `text`. Codes: badRequest, notGranted, unresolved, privateAddress,
 * connection, tls, redirect, tooLarge, timeout, aborted.
 */
export class HttpCapability implements Capability {
  readonly name = "http";
  readonly #options: HttpOptions;
  readonly #scopes = new GrantedScopes(parseHttpScope);

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  async fulfil(request: unknown, { scopes, signal: call }: CallContext): Promise<Fulfilled> {
    const read = readHttpRequest(request);
    if (read.kind === "refused") return read;
    const target = parseTarget(read.request.url);
    if (target.kind === "bad") return refused("badRequest", `the URL ${target.why}`);
    const ask = askOf(read.request, target.target);
    if (typeof ask === "string") return refused("badRequest", ask);
    return await fulfilledWithin(read.request.timeout, call, (signal) => {
      return this.#follow(ask, { request: read.request, scopes, signal });
    });
  }

  async #follow(first: HttpAsk, errand: Errand): Promise<Fulfilled> {
    let ask = first;
    for (let hops = 0; hops <= mostRedirects; hops++) {
      const covering = this.#scopes.covering(errand.scopes, partsOfTarget(ask.target));
      if (covering.length === 0) return notGranted(ask.target, hops > 0);
      const answered = await this.#reach(ask, covering, errand);
      if (answered.kind === "refused") return answered;
      const redirect = redirectOf(ask, answered.status, answered.headers["location"]);
      if (redirect.kind === "none") return done(valueOf(answered, errand.request.as));
      if (redirect.kind === "bad") return refused("redirect", redirect.why);
      ask = redirect.ask;
    }
    return refused("redirect", `there were more than ${mostRedirects} redirects`);
  }

  /** Tries the addresses in turn until one can be connected to. */
  async #reach(ask: HttpAsk, covering: readonly Parts[], { request, signal }: Errand): Promise<Answered | Refused> {
    const resolved = await resolveHost(ask.target.host, covering, this.#options.lookup, signal);
    if (resolved.kind === "refused") return resolved;
    const { ca } = this.#options;
    const limits = { most: request.most, ...(ca === undefined ? {} : { ca }) };
    let message = "";
    for (const address of resolved.addresses) {
      if (signal.aborted) break;
      const exchanged = await exchange(ask, address, limits, signal);
      if (exchanged.kind === "answered") return exchanged;
      if (exchanged.kind === "failed") return refused(exchanged.code, exchanged.message);
      message = exchanged.message;
    }
    return refused("connection", message);
  }
}

function notGranted({ scheme, authority, path }: Target, isRedirect: boolean): Refused {
  const url = `${scheme}://${authority}${path}`;
  return isRedirect
    ? refused("redirect", `it leads to ${url}, which is not granted`)
    : refused("notGranted", `http:${url} is not granted`);
}

function valueOf({ status, headers, body }: Answered, as: "text" | "base64"): Json {
  const content = as === "text" ? { text: new TextDecoder().decode(body) } : { base64: base64Of(body) };
  return { status, headers, ...content, truncated: false };
}
