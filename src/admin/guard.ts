// What stands before every route: whom the request means, how often it may come, who it is from, what that one may do.

import type { MiddlewareHandler } from "hono";
import { isOurName, isOurPage } from "./asked_host.ts";
import { type AdminContext, type AdminDesk, type AdminEnv, type Caller, remoteOf } from "./desk.ts";
import { type Problem, problemResponse, tooMany, unauthorized } from "./problem.ts";
import { RateLimit } from "./rate_limit.ts";
import { covers, type Role } from "./role.ts";
import { matching, type Token } from "./token.ts";

type Middleware = MiddlewareHandler<AdminEnv>;

/** No inline script, nothing from elsewhere, never in a frame, never in a cache but what says otherwise itself. */
const headers: { readonly [name: string]: string } = {
  "content-security-policy":
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

export function secured(): Middleware {
  return async (context, next) => {
    await next();
    const own = context.res.headers.get("cache-control");
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
    if (own !== null) context.res.headers.set("cache-control", own);
  };
}

/** Host and Origin: no page but our own may ask, under whatever name. */
export function fromOurs({ hosts }: AdminDesk): Middleware {
  return async (context, next) => {
    const host = context.req.header("host") ?? "";
    if (!isOurName(host, hosts)) return problemResponse(misdirected);
    const origin = context.req.header("origin");
    if (origin !== undefined && !isOurPage(origin, host)) return problemResponse(foreign);
    return await next();
  };
}

const misdirected: Problem = {
  status: 421,
  title: "Not this server",
  detail: "The header Host names a server that this is not known to be.",
  remedy: "Ask by address or as localhost, or put the name into admin.hosts.",
};

const foreign: Problem = {
  status: 403,
  title: "Foreign page",
  detail: "The request comes from a page of another site.",
  remedy: "Use the dashboard of this server.",
};

/** For the requests of one address. */
export function limited({ now }: AdminDesk): Middleware {
  const limit = new RateLimit({ burst: 300, perSecond: 50 }, now);
  return async (context, next) => {
    const seconds = limit.take(remoteOf(context));
    return seconds > 0 ? problemResponse(tooMany(seconds)) : await next();
  };
}

/** Finds out who asks. */
export class Gate {
  readonly #desk: AdminDesk;
  readonly #failures: RateLimit;

  constructor(desk: AdminDesk) {
    this.#desk = desk;
    this.#failures = new RateLimit({ burst: 10, perSecond: 0.1 }, desk.now);
  }

  /** Lets those pass whose role covers `role`. */
  needs(role: Role): Middleware {
    return async (context, next) => {
      const caller = await this.caller(context);
      if (caller === undefined) return this.refuse(context);
      if (!covers(caller.role, role)) return problemResponse(notYours(caller, role));
      if (caller.by === "cookie" && !isSafe(context)) return problemResponse(foreign);
      context.set("caller", caller);
      return await next();
    };
  }

  async caller(context: AdminContext): Promise<Caller | undefined> {
    const bearer = /^Bearer +([\w-]{1,200})$/i.exec(context.req.header("authorization") ?? "")?.[1];
    if (bearer !== undefined) return await this.holderOf(bearer);
    if (context.req.header("authorization") !== undefined) return undefined;
    const hash = this.#desk.signIns.find(context.req.header("cookie") ?? "");
    const token = (await this.#desk.tokens.tokens()).find((each) => hexOf(each) === hash);
    return token && callerOf(token, "cookie");
  }

  async holderOf(text: string): Promise<Caller | undefined> {
    const token = matching(await this.#desk.tokens.tokens(), text);
    return token && callerOf(token, "token");
  }

  /**
   * Slows down who tries. A right token passes at any time: nobody finds one by trying, and others on the same machine
   * must not lock the operator out.
   */
  refuse(context: AdminContext): Response {
    const from = remoteOf(context);
    const seconds = this.#failures.take(from);
    if (seconds > 0) return problemResponse(tooMany(seconds));
    if (context.req.header("authorization") !== undefined) {
      this.#desk.log("warn", "wrong token for the API", { client: from, method: context.req.method });
    }
    return problemResponse(unauthorized);
  }
}

function callerOf(token: Token, by: Caller["by"]): Caller {
  return { name: token.name, role: token.role, token: hexOf(token), by };
}

function hexOf({ hash }: Token): string {
  return Buffer.from(hash).toString("hex");
}

/** A browser says where a changing request comes from; without that word a cookie is not enough. */
function isSafe({ req }: AdminContext): boolean {
  return req.method === "GET" || req.method === "HEAD" || req.header("origin") !== undefined;
}

function notYours({ name, role }: Caller, needed: Role): Problem {
  return {
    status: 403,
    title: "Not allowed",
    detail: `The token ${name} has the role ${role}; this needs ${needed}.`,
    remedy: `Use a token with the role ${needed}: qpsmtpd token --role ${needed} NAME makes one.`,
  };
}
