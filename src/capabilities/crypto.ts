// The capability `crypto`: digests, keyed digests, comparing secrets, checking passwords, and random octets.

import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import type { Json } from "../../sdk/contract/contract.ts";
import type { Capability } from "./capability.ts";
import { PasswordChecks } from "./crypto_password.ts";
import { parseStoredSecret } from "./crypto_secret.ts";
import { done } from "./fulfilled.ts";
import { readRequest } from "./request.ts";

/** In each member that holds octets, once decoded. */
const mostOctets = 65_536;
const mostRandom = 1024;
const mostPasswordOctets = 4096;

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

const secret = v.pipe(
  v.string("must be a text"),
  // Nothing of it may be repeated: messages go into logs.
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parseStoredSecret(dataset.value);
    if (parsed !== undefined) return parsed;
    addIssue({ message: "must be SCRAM-SHA-256$... or $scrypt$..., within the bounds" });
    return NEVER;
  }),
);
const password = v.pipe(
  v.string("must be a text"),
  v.check(
    (text) => text.length <= mostPasswordOctets && Buffer.byteLength(text) <= mostPasswordOctets,
    `is longer than ${mostPasswordOctets} octets`,
  ),
);

const schema = v.variant("do", [
  v.strictObject({ do: v.literal("hash"), algorithm, of: octets, encoding }),
  v.strictObject({ do: v.literal("hmac"), algorithm, key: octets, of: octets, encoding }),
  v.strictObject({ do: v.literal("equal"), a: octets, b: octets }),
  v.strictObject({ do: v.literal("verifyPassword"), secret, password }),
  v.strictObject({ do: v.literal("random"), octets: count }),
], "must be hash, hmac, equal, verifyPassword or random");

type Request = v.InferOutput<typeof schema>;
type QuickRequest = Exclude<Request, { do: "verifyPassword" }>;

/**
 * `hash` and `hmac` are answered with the digest, `equal` and `verifyPassword` with a boolean, `random` with base64.
 * Octets are given as `{ text }`, meaning its UTF-8, or as `{ base64 }`. SHA-1 and MD5 are for formats that prescribe
 * them. One for a process: passwords are checked a few at a time.
 */
export function cryptoCapability(): Capability {
  const checks = new PasswordChecks();
  return {
    name: "crypto",
    fulfil: (given, { signal }) => {
      const read = readRequest(schema, given);
      if (read.kind !== "request") return read;
      const { request } = read;
      if (request.do === "verifyPassword") return checks.verify(request.secret, request.password, signal);
      return done(answer(request));
    },
  };
}

function answer(request: QuickRequest): Json {
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
