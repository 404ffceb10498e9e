// The capability `content`: the header fields of the message under way, and any octets of it, by offset.

import * as v from "valibot";
import { findHeaderEnd, parseHeaderSection } from "../spool/header_section.ts";
import { type Content, headLimit } from "../spool/spool.ts";
import type { CallContext, Capability, Fulfilled } from "./capability.ts";
import { bodyOffset, findInContent, readContent } from "./content_octets.ts";
import { base64Of, done, type Refused, refused } from "./fulfilled.ts";
import { readRequest } from "./request.ts";
import { fulfilledWithin } from "./time_limit.ts";

const mostRead = 65_536;
const mostWanted = 256;
const mostMilliseconds = 10_000;

const offset = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const wantedText = v.pipe(
  v.string(),
  v.minLength(1),
  v.check((text) => Buffer.byteLength(text) <= mostWanted, `is longer than ${mostWanted} octets`),
);
const wantedBase64 = v.pipe(
  v.string(),
  v.minLength(4),
  v.maxLength(Math.ceil(mostWanted / 3) * 4),
  v.base64("is no base64"),
);

const schema = v.variant("do", [
  v.strictObject({ do: v.literal("extent") }),
  v.strictObject({ do: v.literal("headers") }),
  v.strictObject({
    do: v.literal("read"),
    offset,
    length: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostRead)),
    as: v.optional(v.picklist(["base64", "latin1"]), "base64"),
  }),
  v.strictObject({
    do: v.literal("find"),
    text: v.exactOptional(wantedText),
    base64: v.exactOptional(wantedBase64),
    from: v.optional(offset, 0),
  }),
], "must be extent, headers, read or find");

type Request = v.InferOutput<typeof schema>;
type Scope = "headers" | "body";

/**
 * Takes `{ do: "extent" }`, giving `{ size, body }`, the octets of all and the offset of the body; `{ do: "headers" }`,
 * giving `[[name, value], ...]`; `{ do: "read", offset, length, as }`, giving `{ base64 | latin1 }`; `{ do: "find", text |
 * base64, from }`, giving an offset or -1. Offsets are those of the whole content; the header section needs
 * `content:headers` and the body `content:body`, whichever request looks there. Codes: badRequest, notGranted,
 * noContent, timeout, aborted, failed.
 */
export class ContentCapability implements Capability {
  readonly name = "content";

  async fulfil(request: unknown, { content, scopes, signal: call }: CallContext): Promise<Fulfilled> {
    const read = readRequest(schema, request);
    if (read.kind === "refused") return read;
    if (content === undefined) return refused("noContent", "there is no message at this hook");
    return await fulfilledWithin(mostMilliseconds, call, (signal) => look(read.request, content, scopes, signal));
  }
}

/**
 * Why these octets may not be read, if so; for whoever copies `readContent` into a plugin's memory. `length` may reach
 * behind the end.
 */
export async function whyUnreadable(
  content: Content,
  scopes: readonly string[],
  offset: number,
  length: number,
): Promise<Refused | undefined> {
  if (allows(scopes, "headers") && allows(scopes, "body")) return undefined;
  const body = await bodyOffset(content);
  if (offset < body && !allows(scopes, "headers")) return notGranted("headers", `the body begins at ${body}`);
  // Asking for more than there is asks for nothing more.
  const end = Math.min(offset + length, content.size);
  if (end > body && !allows(scopes, "body")) return notGranted("body", `it begins at ${body}`);
  return undefined;
}

async function look(
  request: Request,
  content: Content,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<Fulfilled> {
  switch (request.do) {
    case "extent":
      return done({ size: content.size, body: await bodyOffset(content) });
    case "headers":
      return allows(scopes, "headers") ? done(headersOf(content)) : notGranted("headers", "ask for it in the manifest");
    case "read": {
      const { offset, length, as } = request;
      const why = await whyUnreadable(content, scopes, offset, length);
      if (why !== undefined) return why;
      const octets = await readContent(content, offset, length);
      return done(as === "base64" ? { base64: base64Of(octets) } : { latin1: Buffer.from(octets).toString("latin1") });
    }
    case "find": {
      if ((request.text === undefined) === (request.base64 === undefined)) {
        return refused("badRequest", "give either text or base64");
      }
      const why = await whyUnreadable(content, scopes, request.from, Infinity);
      if (why !== undefined) return why;
      const wanted = request.text === undefined
        ? Buffer.from(request.base64 ?? "", "base64")
        : Buffer.from(request.text);
      return done(await findInContent(content, wanted, request.from, signal));
    }
  }
}

/** As `headers` of the events: what of a very long header section lies within the first 256 KiB. */
function headersOf(content: Content): readonly (readonly [name: string, value: string])[] {
  const head = content.head(headLimit);
  const fields = parseHeaderSection(head.subarray(0, findHeaderEnd(head)));
  return fields.filter(({ name }) => name !== "").map(({ name, value }) => [name, value] as const);
}

function allows(scopes: readonly string[], scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes("*");
}

function notGranted(scope: Scope, remedy: string): Refused {
  return refused("notGranted", `content:${scope} is not granted; ${remedy}`);
}
