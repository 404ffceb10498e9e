// The capability `store`: what a plugin remembers from call to call, in a namespace of its own.

import * as v from "valibot";
import type { Json } from "../../sdk/contract/contract.ts";
import { globCovers } from "../scopes/glob.ts";
import { type Namespace, type Store, storeLimits, textProblem } from "../store/store.ts";
import { canonicalJson } from "./canonical_json.ts";
import type { CallContext, Capability, Fulfilled } from "./capability.ts";
import { done, refused } from "./fulfilled.ts";
import { readRequest } from "./request.ts";

/** Ten years, in seconds. */
const longestExpiry = 315_576_000;

const prefix = v.pipe(v.string("must be a string"), v.rawCheck(checkText(storeLimits.key)));
const key = v.pipe(prefix, v.minLength(1, "is empty"));
/** Becomes its canonical JSON text. */
const value = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const canonical = canonicalJson(dataset.value);
    const why = canonical.kind === "bad" ? canonical.why : textProblem(canonical.text, storeLimits.value);
    if (canonical.kind === "text" && why === undefined) return canonical.text;
    addIssue({ message: why ?? "" });
    return NEVER;
  }),
);
const expires = v.exactOptional(integer(1, longestExpiry));
const by = v.exactOptional(integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), 1);
const limit = v.exactOptional(integer(1, storeLimits.pageEntries), 100);

const schema = v.variant("do", [
  v.strictObject({ do: v.literal("get"), key }),
  v.strictObject({ do: v.literal("set"), key, value, expires }),
  v.strictObject({ do: v.literal("compareAndSet"), key, expected: v.exactOptional(value), value, expires }),
  v.strictObject({
    do: v.literal("increment"),
    key,
    by,
    expires,
    refresh: v.exactOptional(v.boolean("must be true or false"), false),
  }),
  v.strictObject({ do: v.literal("delete"), key }),
  v.strictObject({ do: v.literal("scan"), prefix, limit, after: v.exactOptional(prefix) }),
], "must be get, set, compareAndSet, increment, delete or scan");

type Request = v.InferOutput<typeof schema>;

/**
 * Answers: `get` { value }, or {} where nothing is; `set` null; `compareAndSet` { stored }, and { value } of what is
 * there if not; `increment` the sum; `delete` whether something was; `scan` { entries, after }. `expires` is in seconds.
 * Scopes are globs for keys. Refused: badRequest, notGranted, conflict (to increment what is no integer), full,
 * failed, aborted.
 *
 * `report` is given what the operator should know of a store that does not work; the plugin is not told of files.
 */
export function storeCapability(store: Store, report: (trouble: string) => void): Capability {
  return {
    name: "store",
    fulfil: async (request, context) => {
      const read = readRequest(schema, request);
      if (read.kind === "refused") return read;
      if (!isGranted(read.request, context)) {
        return refused("notGranted", `no grant covers store:${named(read.request)}`);
      }
      const ending = await askSafely(store.namespace(context.plugin, context.signal), read.request);
      if (ending.kind === "done" || ending.kind === "refused") return ending;
      if (ending.kind === "full") return refused("full", ending.message);
      if (context.signal.aborted) return refused("aborted", "the call ended before the store answered");
      report(ending.message);
      return refused("failed", "the store does not work at the moment");
    },
  };
}

type Trouble = { readonly kind: "full" | "failed"; readonly message: string };

/** What lies in the store may have been written by anybody, and need not be JSON. */
async function askSafely(namespace: Namespace, request: Request): Promise<Fulfilled | Trouble> {
  try {
    return await ask(namespace, request);
  } catch (error) {
    return { kind: "failed", message: `The store has a value that cannot be read: ${String(error)}` };
  }
}

async function ask(namespace: Namespace, request: Request): Promise<Fulfilled | Trouble> {
  switch (request.do) {
    case "get": {
      const got = await namespace.get(request.key);
      if (got.kind === "failed") return got;
      return done(got.kind === "ok" ? { value: JSON.parse(got.value) } : {});
    }
    case "set": {
      const stored = await namespace.set(request.key, request.value, milliseconds(request.expires));
      return stored.kind === "ok" ? done(null) : stored;
    }
    case "compareAndSet":
      return await compareAndSet(namespace, request);
    case "increment": {
      const { key, by, refresh } = request;
      const expires = milliseconds(request.expires);
      const counted = await namespace.increment(key, by, { refresh, ...(expires === undefined ? {} : { expires }) });
      if (counted.kind === "conflict") {
        return refused("conflict", `${quote(key)} holds, or would hold, no safe integer`);
      }
      return counted.kind === "ok" ? done(counted.value) : counted;
    }
    case "delete": {
      const deleted = await namespace.delete(request.key);
      return deleted.kind === "failed" ? deleted : done(deleted.kind === "ok");
    }
    case "scan":
      return await scan(namespace, request);
  }
}

async function compareAndSet(
  namespace: Namespace,
  request: Extract<Request, { do: "compareAndSet" }>,
): Promise<Fulfilled | Trouble> {
  const { key, expected, value, expires } = request;
  const compared = await namespace.compareAndSet(key, expected, value, milliseconds(expires));
  if (compared.kind === "ok") return done({ stored: true });
  if (compared.kind !== "conflict") return compared;
  return done(compared.value === undefined ? { stored: false } : { stored: false, value: JSON.parse(compared.value) });
}

async function scan(namespace: Namespace, request: Extract<Request, { do: "scan" }>): Promise<Fulfilled | Trouble> {
  const scanned = await namespace.scan(request.prefix, request.limit, request.after);
  if (scanned.kind === "failed") return scanned;
  const entries = scanned.entries.map(({ key, value }) => ({ key, value: JSON.parse(value) as Json }));
  return done(scanned.after === undefined ? { entries } : { entries, after: scanned.after });
}

/** To scan takes a scope for everything that begins with the prefix. */
function isGranted(request: Request, { scopes }: CallContext): boolean {
  return scopes.some((scope) => globCovers(scope, named(request)));
}

function named(request: Request): string {
  return request.do === "scan" ? `${request.prefix}*` : request.key;
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function quote(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key);
}

function integer(least: number, most: number): v.GenericSchema<number> {
  return v.pipe(
    v.number("must be a number"),
    v.check((number) => Number.isSafeInteger(number) && number >= least && number <= most, within(least, most)),
  );
}

function within(least: number, most: number): string {
  return `must be an integer from ${least} to ${most}`;
}

function checkText(limit: number): (context: v.RawCheckContext<string>) => void {
  return ({ dataset, addIssue }) => {
    const problem = dataset.typed ? textProblem(dataset.value, limit) : undefined;
    if (problem !== undefined) addIssue({ message: problem });
  };
}
