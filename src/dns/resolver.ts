// What may be asked of the domain name system, and every way in which a question can end.

/** The record types that can be asked for. */
export const recordTypes = ["A", "AAAA", "MX", "TXT", "PTR", "NS", "CNAME", "TLSA"] as const;

export type RecordType = (typeof recordTypes)[number];

/** What one record of a type says. Names are lower case, without a final dot; the root is `.`. */
export interface RecordOf {
  readonly A: string;
  readonly AAAA: string;
  /** A null MX (RFC 7505) has the exchange `.`. */
  readonly MX: Mx;
  /** The strings of one record joined without anything between them, as SPF, DKIM and DMARC want it; UTF-8. */
  readonly TXT: string;
  readonly PTR: string;
  readonly NS: string;
  readonly CNAME: string;
  readonly TLSA: Tlsa;
}

export interface Mx {
  readonly preference: number;
  readonly exchange: string;
}

/** RFC 6698 §2.1; `data` is lower-case hexadecimal. */
export interface Tlsa {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  readonly data: string;
}

/** What a server said. No records and `NOERROR`: the name exists, but has none of this type. */
export interface Answered<T extends RecordType = RecordType> {
  readonly kind: "answer";
  /** Records of the type asked for, at the end of a chain of CNAMEs if there is one, in the server's order. */
  readonly records: readonly RecordOf[T][];
  /** Seconds for which this may still be believed: the least of all records used, a day at most. */
  readonly ttl: number;
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, ...; `RCODE23` for one without a name here. */
  readonly rcode: string;
  /** A validating server that is trusted to say so found the signatures right (its AD bit, RFC 6840 §5.8). */
  readonly authenticated: boolean;
}

/** No server gave an answer that can be used. `message` is for a log; it names the servers' addresses. */
export interface Unanswered {
  readonly kind: "failed";
  readonly why: "timeout" | "aborted" | "badName" | "malformed" | "network";
  readonly message: string;
}

export type DnsAnswer<T extends RecordType = RecordType> = Answered<T> | Unanswered;

/** Never throws and never hangs: it has a deadline of its own, beside the signal. Answers are shared: do not change them. */
export interface Resolver {
  /** `name` is taken as fully qualified, whether it ends in a dot or not. */
  resolve<T extends RecordType>(name: string, type: T, signal: AbortSignal): Promise<DnsAnswer<T>>;
}

/** One of our own ends of a question. */
export function unanswered(why: Unanswered["why"], message: string): Unanswered {
  return { kind: "failed", why, message };
}
