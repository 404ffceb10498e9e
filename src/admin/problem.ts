// Errors as the API tells them: problem documents (RFC 9457), each with what to do about it.

import type { Json } from "../../sdk/contract/contract.ts";

export interface Problem {
  readonly status: number;
  readonly title: string;
  /** What is wrong with this request. */
  readonly detail: string;
  /** What to do. */
  readonly remedy: string;
  /** Whole lines for the operator, where there are several. */
  readonly problems?: readonly string[];
  /** What else is known, a comparison of plugins for instance. */
  readonly more?: { readonly [name: string]: Json };
  readonly headers?: { readonly [name: string]: string };
}

export interface ProblemKind {
  /** By which programs tell it apart, and the place in /docs that its `type` leads to. */
  readonly name: string;
  readonly meaning: string;
}

/** Every status that a problem document has. */
export const problemKinds: { readonly [status: number]: ProblemKind } = {
  400: { name: "bad-request", meaning: "The request is malformed." },
  401: { name: "unauthorized", meaning: "There is no valid token." },
  403: { name: "forbidden", meaning: "The token's role does not suffice, or the page is foreign." },
  404: { name: "not-found", meaning: "There is no such thing." },
  408: { name: "too-slow", meaning: "The body came too slowly." },
  409: { name: "conflict", meaning: "It is so already, or there is nothing to do." },
  413: { name: "too-large", meaning: "The body is too large." },
  421: { name: "misdirected", meaning: "The header Host names another server." },
  422: { name: "refused", meaning: "Nothing was changed; the problems say why." },
  429: { name: "too-many", meaning: "Too many requests; Retry-After says when." },
  500: { name: "bug", meaning: "The server has a bug; its log has more." },
  501: { name: "not-supported", meaning: "This server cannot do it." },
  503: { name: "unavailable", meaning: "Not now." },
};

export function typeOf(status: number): string {
  return `/docs#${(problemKinds[status] ?? problemKinds[500])?.name}`;
}

export function problemResponse(problem: Problem): Response {
  const { status, title, detail, remedy, problems, more = {}, headers = {} } = problem;
  const lines = problems === undefined ? {} : { problems };
  const body = { type: typeOf(status), title, status, detail, remedy, ...lines, ...more };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, "content-type": "application/problem+json" },
  });
}

export const unauthorized: Problem = {
  status: 401,
  title: "Who are you?",
  detail: "The request has no valid token.",
  remedy: "Send the header Authorization: Bearer TOKEN; `qpsmtpd token` makes a token.",
  headers: { "www-authenticate": 'Bearer realm="qpsmtpd"' },
};

export function tooMany(seconds: number): Problem {
  return {
    status: 429,
    title: "Too many requests",
    detail: "This address has asked too often, or too often with a wrong token.",
    remedy: `Wait ${seconds} s.`,
    headers: { "retry-after": String(seconds) },
  };
}

export function tooLarge(most: number): Problem {
  return {
    status: 413,
    title: "Too large",
    detail: `The body has more than ${most} octets.`,
    remedy: "Send less.",
    headers: { connection: "close" },
  };
}

export function notFound(what: string, remedy: string): Problem {
  return { status: 404, title: "Not found", detail: what, remedy };
}
