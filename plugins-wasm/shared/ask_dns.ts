// Asks the domain name system, and brings what comes back to the three cases that plugins tell apart.

import { HostError } from "#sdk";
import type { DnsAnswer, DnsQuery, Host, RecordOf, RecordType } from "#sdk";

export type Found<T extends RecordType> =
  | { readonly kind: "found"; readonly records: readonly RecordOf[T][] }
  /** `exists`: the name has records of other types. */
  | { readonly kind: "none"; readonly exists: boolean }
  /** Nobody knows at the moment; `why` is for the log. */
  | { readonly kind: "unanswered"; readonly why: string };

/**
 * All queries side by side, 50 at most, within `seconds`. A name that cannot exist is one that does not. When the time
 * of the whole call is over, nothing was answered.
 */
export function askDns<T extends RecordType>(
  { dns }: Pick<Host, "dns">,
  queries: readonly DnsQuery<T>[],
  seconds: number,
): readonly Found<T>[] {
  try {
    const answers: readonly DnsAnswer[] = dns.resolveAll(queries, { timeout: Math.round(seconds * 1000) });
    return answers.map((answer) => foundIn(answer as DnsAnswer<T>));
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== "aborted") throw error;
    const { message } = error;
    return queries.map(() => ({ kind: "unanswered", why: message }));
  }
}

function foundIn<T extends RecordType>(answer: DnsAnswer<T>): Found<T> {
  if (answer.kind === "failed") {
    return answer.code === "badName" ? { kind: "none", exists: false } : { kind: "unanswered", why: answer.message };
  }
  const { rcode, records } = answer;
  if (rcode === "NXDOMAIN") return { kind: "none", exists: false };
  if (rcode !== "NOERROR") return { kind: "unanswered", why: `the answer is ${rcode}` };
  return records.length === 0 ? { kind: "none", exists: true } : { kind: "found", records };
}
