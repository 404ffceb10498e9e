// The capability `dns`: many questions in one request, answered side by side by the resolver.

import * as v from "valibot";
import type { Json } from "../../sdk/contract/contract.ts";
import { type DnsAnswer, recordTypes, type Resolver } from "../dns/resolver.ts";
import { reverseName } from "../dns/reverse_name.ts";
import { parseDnsScope } from "../scopes/dns_scope.ts";
import type { Capability, Fulfilled } from "./capability.ts";
import { done, refused } from "./fulfilled.ts";
import { GrantedScopes } from "./granted_scopes.ts";
import { readRequest } from "./request.ts";

const mostQueries = 50;

/** Milliseconds for all queries of a request together. The resolver has a deadline of its own for each. */
const usualTimeout = 5_000;
const longestTimeout = 10_000;

const querySchema = v.strictObject({
  /** Fully qualified. For PTR an IP address will do: its name under in-addr.arpa or ip6.arpa is asked for. */
  name: v.pipe(v.string("must be a string"), v.maxLength(255, "must have at most 255 characters")),
  type: v.picklist(recordTypes, `must be one of ${recordTypes.join(", ")}`),
});

const timeRange = `must be an integer from 1 to ${longestTimeout}, in milliseconds`;

const schema = v.strictObject({
  queries: v.pipe(
    v.array(querySchema, "must be a list"),
    v.minLength(1, "is empty"),
    v.maxLength(mostQueries, `has more than ${mostQueries} queries`),
  ),
  timeout: v.exactOptional(
    v.pipe(v.number(timeRange), v.integer(timeRange), v.minValue(1, timeRange), v.maxValue(longestTimeout, timeRange)),
    usualTimeout,
  ),
});

type Query = v.InferOutput<typeof querySchema>;

/**
 * Request `{ queries: [{ name, type }], timeout }`, value `{ answers }` in the order of the queries, each one
 * `{ rcode, ttl, authenticated, records }` or `{ error: { code, message } }` with the code `timeout`, `badName`,
 * `malformed` or `network`. Refused as a whole: badRequest, notGranted (if but one query is outside the scopes),
 * aborted. Scopes: see src/scopes/dns_scope.ts.
 */
export function dnsCapability(resolver: Resolver): Capability {
  const granted = new GrantedScopes(parseDnsScope);
  return {
    name: "dns",
    fulfil: async (request, { scopes, signal }): Promise<Fulfilled> => {
      const read = readRequest(schema, request);
      if (read.kind === "refused") return read;
      const { timeout } = read.request;
      const queries = read.request.queries.map(withReverseName);
      const denied = queries.find((query) => granted.covering(scopes, asScope(query)).length === 0);
      if (denied !== undefined) return refused("notGranted", `no grant covers dns:${asScope(denied).join(":")}`);
      const answers = await askAll(resolver, queries, timeout, signal);
      if (signal.aborted) return refused("aborted", "the call ended before the answers came");
      return done({ answers: answers.map((answer) => show(answer, timeout)) });
    },
  };
}

/** Unlike one deadline for the whole, this keeps the answers that came in time; the others end as `aborted`. */
async function askAll(
  resolver: Resolver,
  queries: readonly Query[],
  timeout: number,
  signal: AbortSignal,
): Promise<DnsAnswer[]> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  const timer = setTimeout(abort, timeout);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    return await Promise.all(queries.map(({ name, type }) => resolver.resolve(name, type, stop.signal)));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function withReverseName({ name, type }: Query): Query {
  return { name: (type === "PTR" ? reverseName(name) : undefined) ?? name, type };
}

/** The name as the resolver asks for it: without case and final dot. */
function asScope({ name, type }: Query): readonly [type: string, name: string] {
  return [type, name.toLowerCase().replace(/\.$/, "")];
}

function show(answer: DnsAnswer, timeout: number): Json {
  if (answer.kind === "answer") {
    const { rcode, ttl, authenticated } = answer;
    return { rcode, ttl, authenticated, records: answer.records as readonly Json[] };
  }
  // The call itself goes on, so only the clock can have called it off.
  if (answer.why === "aborted") return { error: { code: "timeout", message: `no answer within ${timeout} ms` } };
  return { error: { code: answer.why, message: answer.message } };
}
