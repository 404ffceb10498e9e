// What a plugin asks of TCP: checked, and bounded.

import * as v from "valibot";
import { type ReadRequest, readRequest } from "./request.ts";
import type { Wanted } from "./tcp_connection.ts";

/** `timeout` is milliseconds. Connections are numbered from 1 within one call. */
export type TcpRequest =
  | { readonly do: "open"; readonly to: string; readonly timeout: number }
  | { readonly do: "write"; readonly connection: number; readonly octets: Uint8Array; readonly timeout: number }
  | {
    readonly do: "read";
    readonly connection: number;
    readonly wanted: Wanted;
    readonly as: "text" | "base64";
    readonly timeout: number;
  }
  | { readonly do: "secure"; readonly connection: number; readonly timeout: number }
  | { readonly do: "close"; readonly connection: number };

const mostOctets = 1_048_576;
const mostWritten = 262_144;
const usualMost = 65_536;

const connection = v.pipe(v.number(), v.integer(), v.minValue(1));
const timeout = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60_000)), 10_000);
const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostOctets));
const text = v.pipe(
  v.string(),
  v.check((text) => Buffer.byteLength(text) <= mostWritten, `is longer than ${mostWritten} octets`),
);
const base64 = v.pipe(
  v.string(),
  v.maxLength(Math.ceil(mostWritten / 3) * 4, `is longer than ${mostWritten} octets`),
  v.base64("is no base64"),
);
const delimiter = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

const schema = v.variant("do", [
  v.strictObject({ do: v.literal("open"), to: v.pipe(v.string(), v.maxLength(300)), timeout }),
  v.strictObject({
    do: v.literal("write"),
    connection,
    text: v.exactOptional(text),
    base64: v.exactOptional(base64),
    timeout,
  }),
  v.strictObject({
    do: v.literal("read"),
    connection,
    until: v.exactOptional(delimiter),
    octets: v.exactOptional(count),
    most: v.exactOptional(count),
    as: v.optional(v.picklist(["text", "base64"]), "text"),
    timeout,
  }),
  v.strictObject({ do: v.literal("secure"), connection, timeout }),
  v.strictObject({ do: v.literal("close"), connection }),
]);

type Parsed = v.InferOutput<typeof schema>;

/** The request with its defaults. */
export function readTcpRequest(request: unknown): ReadRequest<TcpRequest> {
  const read = readRequest(schema, request);
  if (read.kind === "refused") return read;
  const made = requestOf(read.request);
  return typeof made === "string"
    ? { kind: "refused", code: "badRequest", message: made }
    : { kind: "request", request: made };
}

/** The request, or why it is none. */
function requestOf(parsed: Parsed): TcpRequest | string {
  if (parsed.do === "write") return writeOf(parsed);
  return parsed.do === "read" ? readOf(parsed) : parsed;
}

function writeOf({ connection, text, base64, timeout }: Extract<Parsed, { do: "write" }>): TcpRequest | string {
  if ((text === undefined) === (base64 === undefined)) return "give either text or base64";
  const octets = text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text);
  return { do: "write", connection, octets, timeout };
}

function readOf(
  { connection, until, octets, most, as, timeout }: Extract<Parsed, { do: "read" }>,
): TcpRequest | string {
  if (octets !== undefined && (until !== undefined || most !== undefined)) {
    return "give octets alone, or until and most";
  }
  const read = { do: "read", connection, as, timeout } as const;
  if (octets !== undefined) return { ...read, wanted: { kind: "octets", count: octets } };
  if (until === undefined) return { ...read, wanted: { kind: "any", most: most ?? usualMost } };
  return { ...read, wanted: { kind: "until", delimiter: Buffer.from(until), most: most ?? usualMost } };
}
