// The servers that a plugin asks, as one function of the request.

import type { Failed } from "../host/host_access.ts";
import { HostError } from "../host/host_error.ts";
import type { HttpRequest } from "../host/http.ts";
import { type Octets, toBase64 } from "../host/octets.ts";

/** `status` is 200 unless given, `body` empty. */
export interface FakeHttpAnswer {
  readonly kind?: "answered";
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Octets;
}

export type FakeHttp = (request: HttpRequest) => FakeHttpAnswer | Failed;

interface Asked extends Omit<HttpRequest, "text"> {
  readonly body?: string;
  readonly as: "text" | "base64";
}

export function fakeHttp(handler: FakeHttp): (request: object) => unknown {
  return (request) => {
    const { body: text, as, ...asked } = request as Asked;
    const answer = handler({ method: "GET", ...asked, ...(text === undefined ? {} : { text }) });
    if (answer.kind === "failed") throw new HostError(answer.code, answer.message);
    const { status = 200, headers = {}, body = "" } = answer;
    const octets = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const content = as === "text" ? { text: new TextDecoder().decode(octets) } : { base64: toBase64(octets) };
    return { status, headers, ...content, truncated: false };
  };
}
