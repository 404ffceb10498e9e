// `host.http`: requests to the servers that the plugin's needs name.

import type { Failed, HostAccess } from "./host_access.ts";
import { HostError } from "./host_error.ts";
import { fromBase64 } from "./octets.ts";

export interface HttpRequest {
  readonly url: string;
  /** `GET` unless given. */
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  readonly headers?: { readonly [name: string]: string };
  /** What is sent, as UTF-8: 262,144 octets at most. Not with GET and HEAD. */
  readonly text?: string;
  /** Octets of the answer's body, 1,048,576 at most and unless given; more is the failure `tooLarge`. */
  readonly most?: number;
  /** Milliseconds for all of it, redirects included: 10,000 at most and unless given. */
  readonly timeout?: number;
}

/** Any status is an answer, 404 and 500 too. Header names are lower case; repeated fields are joined by ", ". */
export interface HttpAnswered {
  readonly kind: "answered";
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
}

/**
 * There was no answer that can be used: the code is `unresolved`, `privateAddress`, `connection`, `tls`, `redirect`,
 * `tooLarge` or `timeout`.
 */
export type HttpAnswer = (HttpAnswered & { readonly text: string }) | Failed;
export type HttpOctets = (HttpAnswered & { readonly octets: Uint8Array }) | Failed;

export interface Http {
  /** The body of the answer read as UTF-8. */
  request(request: HttpRequest): HttpAnswer;
  /** The body of the answer as it is. */
  requestOctets(request: HttpRequest): HttpOctets;
}

/** What the world out there may do; all other refusals are mistakes of the plugin, or the end of the call. */
const endings = ["unresolved", "privateAddress", "connection", "tls", "redirect", "tooLarge", "timeout"];

export function httpOf({ call }: HostAccess): Http {
  function ask<A>({ text, ...request }: HttpRequest, as: "text" | "base64"): A | Failed {
    try {
      return call("http", { ...request, body: text, as }) as A;
    } catch (error) {
      if (!(error instanceof HostError) || !endings.includes(error.code)) throw error;
      return { kind: "failed", code: error.code, message: error.message };
    }
  }
  return {
    request(request: HttpRequest): HttpAnswer {
      const answer = ask<{ status: number; headers: HttpAnswered["headers"]; text: string }>(request, "text");
      if ("kind" in answer) return answer;
      const { status, headers, text } = answer;
      return { kind: "answered", status, headers, text };
    },
    requestOctets(request: HttpRequest): HttpOctets {
      const answer = ask<{ status: number; headers: HttpAnswered["headers"]; base64: string }>(request, "base64");
      if ("kind" in answer) return answer;
      const { status, headers, base64 } = answer;
      return { kind: "answered", status, headers, octets: fromBase64(base64) };
    },
  };
}
