// `host.dns`: records of the domain name system, many in one go.

import type { Failed, HostAccess } from "./host_access.ts";

/** What one record of a type says. Names are lower case, without a final dot; the root is `.`. */
export interface RecordOf {
  readonly A: string;
  readonly AAAA: string;
  /** A null MX (RFC 7505) has the exchange `.`. */
  readonly MX: { readonly preference: number; readonly exchange: string };
  /** The strings of one record joined without anything between them; UTF-8. */
  readonly TXT: string;
  readonly PTR: string;
  readonly NS: string;
  readonly CNAME: string;
  /** RFC 6698 §2.1; `data` is lower-case hexadecimal. */
  readonly TLSA: {
    readonly usage: number;
    readonly selector: number;
    readonly matching: number;
    readonly data: string;
  };
}

export type RecordType = keyof RecordOf;

/** `name` is fully qualified. For PTR an IP address will do. */
export interface DnsQuery<T extends RecordType = RecordType> {
  readonly name: string;
  readonly type: T;
}

/** What a server said. `NOERROR` without records: the name exists, but has none of this type. */
export interface DnsAnswered<T extends RecordType = RecordType> {
  readonly kind: "answered";
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, ... */
  readonly rcode: string;
  /** Of the type asked for, behind aliases if there are any. */
  readonly records: readonly RecordOf[T][];
  /** Seconds for which this may be believed. */
  readonly ttl: number;
  /** A server that is trusted to say so found the signatures right (DNSSEC). */
  readonly authenticated: boolean;
}

/** Nobody answered: the code is `timeout`, `badName`, `malformed` or `network`. */
export type DnsAnswer<T extends RecordType = RecordType> = DnsAnswered<T> | Failed;

export interface DnsOptions {
  /** Milliseconds for all queries together: 5,000 unless given, 10,000 at most. */
  readonly timeout?: number;
}

/** An answer for each query, of its type. */
export type DnsAnswers<Q extends readonly DnsQuery[]> = { readonly [I in keyof Q]: DnsAnswer<Q[I]["type"]> };

export interface Dns {
  resolve<T extends RecordType>(name: string, type: T, options?: DnsOptions): DnsAnswer<T>;
  /** All at the same time, 50 at most; the answers in the order of the queries. */
  resolveAll<const Q extends readonly DnsQuery[]>(queries: Q, options?: DnsOptions): DnsAnswers<Q>;
}

type Shown = Omit<DnsAnswered, "kind"> | { readonly error: Omit<Failed, "kind"> };

export function dnsOf({ call }: HostAccess): Dns {
  function ask(queries: readonly DnsQuery[], { timeout }: DnsOptions = {}): DnsAnswer[] {
    const { answers } = call("dns", { queries, timeout }) as { readonly answers: readonly Shown[] };
    return answers.map((shown) => {
      return "error" in shown ? { kind: "failed", ...shown.error } : { kind: "answered", ...shown };
    });
  }
  return {
    resolve<T extends RecordType>(name: string, type: T, options?: DnsOptions): DnsAnswer<T> {
      return ask([{ name, type }], options)[0] as DnsAnswer<T>;
    },
    resolveAll<const Q extends readonly DnsQuery[]>(queries: Q, options?: DnsOptions): DnsAnswers<Q> {
      return (queries.length === 0 ? [] : ask(queries, options)) as unknown as DnsAnswers<Q>;
    },
  };
}
