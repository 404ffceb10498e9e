// A domain name system in a table.

import type { RecordOf, RecordType } from "../host/dns.ts";

type Failure = "timeout" | "badName" | "malformed" | "network";

/** What is known of a name: its records by type, or else the rcode, or the failure, that each question ends in. */
export type FakeName =
  | { readonly [T in RecordType]?: readonly RecordOf[T][] }
  | "SERVFAIL"
  | "REFUSED"
  | Failure;

/** By name in lower case without a final dot; for PTR the IP address will do. All other names are NXDOMAIN. */
export type FakeDns = { readonly [name: string]: FakeName };

interface Query {
  readonly name: string;
  readonly type: RecordType;
}

export function fakeDns(table: FakeDns): (request: object) => unknown {
  return (request) => {
    const { queries } = request as { readonly queries: readonly Query[] };
    return { answers: queries.map((query) => answerOf(table, query)) };
  };
}

function answerOf(table: FakeDns, { name, type }: Query): object {
  const key = name.toLowerCase().replace(/\.$/, "");
  const known = Object.hasOwn(table, key) ? table[key] : undefined;
  if (known === undefined) return answered("NXDOMAIN", []);
  if (typeof known === "object") return answered("NOERROR", known[type] ?? []);
  if (known === known.toUpperCase()) return answered(known, []);
  return { error: { code: known, message: `fakeHost: ${name} ends in ${known}` } };
}

function answered(rcode: string, records: readonly unknown[]): object {
  return { rcode, ttl: 300, authenticated: false, records };
}
