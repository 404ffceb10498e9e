// One request to the collector, and what it came to.

import { Agent as HttpAgent, type IncomingMessage, request as requestByHttp, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as requestByHttps } from "node:https";
import type { Headers } from "./read_headers.ts";

/** `again`: it may be tried once more, after so many milliseconds if the collector said when. `rejected`: spans. */
export type Posted =
  | { readonly kind: "taken"; readonly rejected: number; readonly why?: string }
  | { readonly kind: "again"; readonly why: string; readonly after?: number }
  | { readonly kind: "refused"; readonly why: string };

export interface Collector {
  /** Never rejects. */
  post(body: Uint8Array, headers: Headers, signal: AbortSignal): Promise<Posted>;
  close(): void;
}

/** OTLP 1.x, "Retryable Response Codes". */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const mostOctets = 65_536;
const longestWait = 60_000;

/** Spans go to `/v1/traces` below the endpoint; one connection, which is kept. Redirects are not followed. */
export function openCollector(endpoint: string, fields: Headers): Collector {
  const url = new URL(`${endpoint.replace(/\/+$/, "")}/v1/traces`);
  // Nobody's environment decides by way of whom.
  const keeping = { keepAlive: true, maxSockets: 1, proxyEnv: {} };
  const secure = url.protocol === "https:";
  const agent = secure ? new HttpsAgent(keeping) : new HttpAgent(keeping);
  const send = secure ? requestByHttps : requestByHttp;
  return {
    post: (body, headers, signal) => {
      const options: RequestOptions = {
        agent,
        method: "POST",
        signal,
        maxHeaderSize: 16_384,
        headers: { ...fields, ...headers, "content-type": "application/json", "content-length": body.byteLength },
      };
      return new Promise((resolve) => {
        const request = send(url, options);
        request.on("error", (error) => resolve({ kind: "again", why: whyOf(error, signal) }));
        request.on("close", () => resolve({ kind: "again", why: "the connection was closed without an answer" }));
        request.on("response", (answer) => {
          read(answer, (posted) => {
            resolve(posted);
            if (posted.kind !== "taken") request.destroy();
          });
        });
        request.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}

function read(answer: IncomingMessage, end: (posted: Posted) => void): void {
  const { statusCode = 0, headers } = answer;
  const pieces: Uint8Array[] = [];
  let octets = 0;
  answer.on("data", (piece: Uint8Array) => {
    octets += piece.byteLength;
    if (octets <= mostOctets) pieces.push(piece);
    else end({ kind: "refused", why: `its answer has more than ${mostOctets} octets` });
  });
  answer.on("error", (error) => end({ kind: "again", why: error.message }));
  answer.on("end", () => end(judge(statusCode, headers["retry-after"], Buffer.concat(pieces).toString())));
}

function judge(status: number, retryAfter: string | undefined, body: string): Posted {
  if (status >= 200 && status < 300) return taken(body);
  const why = `it answered ${status}`;
  if (!retryable.has(status)) return { kind: "refused", why };
  const seconds = Number(retryAfter ?? Number.NaN);
  if (!(seconds >= 0)) return { kind: "again", why };
  return { kind: "again", why, after: Math.min(longestWait, seconds * 1000) };
}

/** It may have taken only some: `partialSuccess`. Whatever else it says is of no interest. */
function taken(body: string): Posted {
  try {
    const { partialSuccess } = Object(JSON.parse(body)) as { readonly partialSuccess?: unknown };
    const { rejectedSpans, errorMessage } = Object(partialSuccess) as { readonly [key: string]: unknown };
    const rejected = Math.trunc(Number(rejectedSpans ?? 0));
    if (!(rejected > 0)) return { kind: "taken", rejected: 0 };
    const why = typeof errorMessage === "string"
      ? `it rejected spans: ${errorMessage.slice(0, 200)}`
      : "it rejected spans";
    return { kind: "taken", rejected, why };
  } catch {
    return { kind: "taken", rejected: 0 };
  }
}

function whyOf(error: Error, signal: AbortSignal): string {
  if (signal.aborted) return "it did not answer in time";
  const { code } = error as { readonly code?: string };
  return code ?? error.message;
}
