// A collector of traces as a test wants it: takes OTLP by HTTP in JSON, and is strict about every field.

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** A span as it came; times in nanoseconds since 1970. */
export interface TracedSpan {
  readonly trace: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: { readonly [name: string]: unknown };
  readonly failure: string | undefined;
  readonly resource: { readonly [name: string]: unknown };
}

export interface TraceCollector {
  readonly url: string;
  readonly port: number;
  readonly spans: readonly TracedSpan[];
  readonly requests: readonly { readonly path: string; readonly headers: IncomingMessage["headers"] }[];
  /** What is wrong with what came. */
  readonly problems: readonly string[];
  stop(): Promise<void>;
}

/** How it answers the request of this number, from 0; absent: takes it. */
export type Answering = (number: number, answer: ServerResponse) => void;

export async function startCollector(answering?: Answering, port = 0): Promise<TraceCollector> {
  const spans: TracedSpan[] = [];
  const requests: { path: string; headers: IncomingMessage["headers"] }[] = [];
  const problems: string[] = [];
  const server = createServer((request, answer) => {
    const pieces: Uint8Array[] = [];
    request.on("data", (piece: Uint8Array) => pieces.push(piece));
    request.on("end", () => {
      requests.push({ path: request.url ?? "", headers: request.headers });
      if (answering !== undefined) answering(requests.length - 1, answer);
      else answer.writeHead(200, { "content-type": "application/json" }).end("{}");
      if (answer.statusCode !== 200) return;
      try {
        const body = Buffer.concat(pieces);
        const packed = request.headers["content-encoding"] === "gzip";
        spans.push(...read(request, (packed ? gunzipSync(body) : body).toString()));
      } catch (error) {
        problems.push(String(error));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const at = (server.address() as AddressInfo).port;
  return { url: `http://127.0.0.1:${at}`, port: at, spans, requests, problems, stop: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function read(request: IncomingMessage, text: string): TracedSpan[] {
  assert.equal(request.method, "POST");
  assert.equal(request.url, "/v1/traces");
  assert.equal(request.headers["content-type"], "application/json");
  const { resourceSpans } = fields(JSON.parse(text), ["resourceSpans"]);
  return list(resourceSpans).flatMap((each) => {
    const { resource, scopeSpans } = fields(each, ["resource", "scopeSpans"]);
    const of = attributesOf(fields(resource, ["attributes"])["attributes"]);
    return list(scopeSpans).flatMap((scoped) => {
      const { scope, spans } = fields(scoped, ["scope", "spans"]);
      assert.equal(typeof fields(scope, ["name", "version"])["name"], "string");
      return list(spans).map((span) => spanOf(span, of));
    });
  });
}

const spanFields = ["traceId", "spanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano", "attributes"];

function spanOf(value: unknown, resource: TracedSpan["resource"]): TracedSpan {
  const span = fields(value, spanFields, ["parentSpanId", "status"]);
  const { traceId, spanId, parentSpanId, name, kind, status } = span;
  const id = (each: unknown, digits: number): string => {
    assert.match(String(each), new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`));
    return String(each);
  };
  const time = (each: unknown): bigint => {
    // fixed64 is a text in the JSON of protocol buffers.
    assert.ok(typeof each === "string" && /^[1-9]\d{18}$/.test(each), `${each} is no time`);
    return BigInt(each);
  };
  assert.ok(typeof name === "string" && name !== "");
  assert.ok([1, 2, 3].includes(Number(kind)) && typeof kind === "number", `kind ${kind}`);
  const failed = status === undefined ? undefined : fields(status, ["code", "message"]);
  if (failed !== undefined) assert.equal(failed["code"], 2);
  return {
    trace: id(traceId, 32),
    id: id(spanId, 16),
    parent: parentSpanId === undefined ? undefined : id(parentSpanId, 16),
    name,
    kind,
    start: time(span["startTimeUnixNano"]),
    end: time(span["endTimeUnixNano"]),
    attributes: attributesOf(span["attributes"]),
    failure: failed === undefined ? undefined : String(failed["message"]),
    resource,
  };
}

function attributesOf(value: unknown): { readonly [name: string]: unknown } {
  const pairs = list(value).map((each) => {
    const { key, value } = fields(each, ["key", "value"]);
    assert.ok(typeof key === "string" && key !== "");
    return [key, plain(value)] as const;
  });
  assert.equal(new Set(pairs.map(([key]) => key)).size, pairs.length, "a key stands there twice");
  return Object.fromEntries(pairs);
}

/** opentelemetry/proto/common/v1/common.proto: exactly one of these. */
function plain(value: unknown): unknown {
  const [[kind, inner] = ["", undefined], ...more] = Object.entries(Object(value));
  assert.equal(more.length, 0);
  switch (kind) {
    case "stringValue":
      assert.equal(typeof inner, "string");
      return inner;
    case "boolValue":
      assert.equal(typeof inner, "boolean");
      return inner;
    case "intValue":
      assert.match(String(inner), /^-?\d+$/);
      assert.equal(typeof inner, "string");
      return Number(inner);
    case "doubleValue":
      assert.equal(typeof inner, "number");
      return inner;
    case "arrayValue":
      return list(fields(inner, ["values"])["values"]).map(plain);
    default:
      throw new Error(`${JSON.stringify(value)} is no value`);
  }
}

function fields(value: unknown, all: readonly string[], more: readonly string[] = []): { [name: string]: unknown } {
  assert.ok(typeof value === "object" && value !== null, `${JSON.stringify(value)} is no message`);
  const found = value as { [name: string]: unknown };
  for (const name of all) assert.ok(name in found, `${name} is missing`);
  for (const name of Object.keys(found)) assert.ok([...all, ...more].includes(name), `${name} is no field`);
  return found;
}

function list(value: unknown): unknown[] {
  assert.ok(Array.isArray(value), `${JSON.stringify(value)} is no list`);
  return value;
}
