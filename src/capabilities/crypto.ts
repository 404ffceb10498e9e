// The capability `crypto`: digests, keyed digests, comparing secrets, and random octets.

import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import type { Json } from "../../sdk/contract/contract.ts";
import type { Capability } from "./capability.ts";
import { done } from "./fulfilled.ts";
import { readRequest } from "./request.ts";

/** In each member that holds octets, once decoded. */
const mostOctets = 65_536;
const mostRandom = 1024;

const tooLong = `is longer than ${mostOctets} octets`;
const octets = v.union([
  v.pipe(
    v.strictObject({ text: v.pipe(v.string(), v.check((text) => fits(text), tooLong)) }),
    v.transform(({ text }) => Buffer.from(text)),
  ),
  v.pipe(
    v.strictObject({
      base64: v.pipe(
        v.string(),
        v.maxLength(4 * Math.ceil(mostOctets / 3), tooLong),
        // RFC 4648 §4. The groups begin alike for no two alternatives: linear time.
        v.regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, "is no base64 with its padding"),
      ),
    }),
    v.transform(({ base64 }) => Buffer.from(base64, "base64")),
    v.check((octets) => octets.length <= mostOctets, tooLong),
  ),
], octetsProblem);

const algorithm = v.picklist(["sha256", "sha512", "sha1", "md5"], "must be sha256, sha512, sha1 or md5");
const encoding = v.picklist(["hex", "base64"], "must be hex or base64");
const count = v.pipe(
  v.number("must be a number"),
  v.check((count) => Number.isInteger(count) && count >= 1 && count <= mostRandom, `must be from 1 to ${mostRandom}`),
);

const schema = v.variant("do", [
  v.strictObject({ do: v.literal("hash"), algorithm, of: octets, encoding }),
  v.strictObject({ do: v.literal("hmac"), algorithm, key: octets, of: octets, encoding }),
  v.strictObject({ do: v.literal("equal"), a: octets, b: octets }),
  v.strictObject({ do: v.literal("random"), octets: count }),
], "must be hash, hmac, equal or random");

/**
 * `hash` and `hmac` are answered with the digest, `equal` with a boolean, `random` with base64. Octets are given as
 * `{ text }`, meaning its UTF-8, or as `{ base64 }`. SHA-1 and MD5 are for formats that prescribe them.
 */
export function cryptoCapability(): Capability {
  return {
    name: "crypto",
    fulfil: (request) => {
      const read = readRequest(schema, request);
      return read.kind === "request" ? done(answer(read.request)) : read;
    },
  };
}

function answer(request: v.InferOutput<typeof schema>): Json {
  switch (request.do) {
    case "hash":
      return createHash(request.algorithm).update(request.of).digest(request.encoding);
    case "hmac":
      return createHmac(request.algorithm, request.key).update(request.of).digest(request.encoding);
    case "equal":
      return areEqual(request.a, request.b);
    case "random":
      return randomBytes(request.octets).toString("base64");
  }
}

/** Digests under a key of the moment: the time taken tells neither where `a` and `b` differ nor whose length. */
function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  const key = randomBytes(32);
  const digest = (octets: Uint8Array): Uint8Array => createHmac("sha256", key).update(octets).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function fits(text: string): boolean {
  return text.length <= mostOctets && Buffer.byteLength(text) <= mostOctets;
}

function octetsProblem(issue: v.UnionIssue<v.BaseIssue<unknown>>): string {
  const problem = issue.issues?.find((inner) => inner.kind === "validation");
  return problem?.message ?? "must be { text } or { base64 }";
}
