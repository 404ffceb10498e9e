// What a plugin asks of HTTP: checked, and bounded.

import * as v from "valibot";
import type { Target } from "../scopes/http_scope.ts";
import { type ReadRequest, readRequest } from "./request.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "DELETE"] as const;
export type Method = (typeof methods)[number];

/** One request as it will be sent. Header names are lower case. */
export interface HttpAsk {
  readonly method: Method;
  readonly target: Target;
  readonly headers: { readonly [name: string]: string };
  readonly body?: Uint8Array;
}

/** Octets of a body that is sent. */
const mostBody = 262_144;
const mostOctets = 1_048_576;
const mostMilliseconds = 10_000;

// Fields that decide where a request goes and where it ends are the host's. What is not here may not be compressed.
const ownFields = [
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

// RFC 9110 §5.1, §5.5
const fieldName = v.pipe(
  v.string(),
  v.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, "is no field name"),
  v.check((name) => !ownFields.includes(name.toLowerCase()) && !/^proxy-/i.test(name), "is set by the host"),
);
const fieldValue = v.pipe(v.string(), v.maxLength(4096), v.regex(/^[\t -~]*$/, "is not printable ASCII"));
const fields = v.pipe(
  v.record(fieldName, fieldValue),
  v.check((fields) => Object.keys(fields).length <= 32, "has more than 32 fields"),
  v.check((fields) => Object.entries(fields).flat().join("").length <= 16_384, "is longer than 16,384 octets"),
);

/** `most` is octets of the answer's body, `timeout` milliseconds for all of it, redirects included. */
export interface HttpRequest {
  readonly method: Method;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
  readonly as: "text" | "base64";
  readonly most: number;
  readonly timeout: number;
}

const schema = v.strictObject({
  method: v.optional(v.picklist(methods), "GET"),
  url: v.string(),
  headers: v.optional(fields, {}),
  body: v.exactOptional(v.pipe(
    v.string(),
    v.check((text) => Buffer.byteLength(text) <= mostBody, `is longer than ${mostBody} octets`),
  )),
  as: v.optional(v.picklist(["text", "base64"]), "text"),
  most: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostOctets)), mostOctets),
  timeout: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostMilliseconds)), mostMilliseconds),
});

/** The request with its defaults. */
export function readHttpRequest(request: unknown): ReadRequest<HttpRequest> {
  return readRequest(schema, request);
}

/** The request to the target, which is its parsed URL; or why it is none. */
export function askOf({ method, headers, body }: HttpRequest, target: Target): HttpAsk | string {
  if (body !== undefined && (method === "GET" || method === "HEAD")) return `${method} has no body`;
  const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (Object.keys(lowerCase).length < Object.keys(headers).length) return "headers has a field twice";
  return { method, target, headers: lowerCase, ...(body === undefined ? {} : { body: Buffer.from(body) }) };
}
