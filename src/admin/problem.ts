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

/** As problems of the same kind are told apart by programs. */
const kinds: { readonly [status: number]: string } = {
  400: "bad-request",
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  405: "not-allowed",
  408: "too-slow",
  409: "conflict",
  413: "too-large",
  415: "wrong-type",
  421: "misdirected",
  422: "refused",
  429: "too-many",
  500: "bug",
  501: "not-supported",
  503: "unavailable",
};

export function typeOf(status: number): string {
  return `/docs#${kinds[status] ?? "bug"}`;
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
