// Whether a domain has a host that mail can be returned to, in as few steps as will do.

import type { Host } from "#sdk";
import { askDns } from "../shared/ask_dns.ts";
import { findNetwork, type NetworkList } from "../shared/networks.ts";

export interface Looking {
  /** Addresses that are as good as none. */
  readonly invalid: NetworkList;
  /** Seconds for each step. */
  readonly timeout: number;
}

export type MailHost =
  | { readonly kind: "mx" }
  /** No MX, but an address: the implicit MX of RFC 5321 §5.1. */
  | { readonly kind: "address" }
  /** RFC 7505: the domain says that it takes no mail. */
  | { readonly kind: "nullMx" }
  | { readonly kind: "invalidMx" }
  | { readonly kind: "nothing" }
  | { readonly kind: "unanswered"; readonly why: string };

type Usable = { readonly kind: "yes" | "no" } | { readonly kind: "unanswered"; readonly why: string };

// One good host is enough, and a domain without one among its first five is none that a bounce would reach.
const mostExchanges = 5;

/** At most three steps of `timeout` seconds; two look-ups for most domains. */
export function findMailHost(host: Pick<Host, "dns">, domain: string, looking: Looking): MailHost {
  const [mx] = askDns(host, [{ name: domain, type: "MX" }], looking.timeout);
  if (mx === undefined || mx.kind === "unanswered") return { kind: "unanswered", why: mx?.why ?? "" };
  if (mx.kind === "none") {
    // NXDOMAIN means every type (RFC 8020 §2).
    const usable = mx.exists ? askUsable(host, [domain], looking) : { kind: "no" } as const;
    if (usable.kind === "unanswered") return usable;
    return { kind: usable.kind === "yes" ? "address" : "nothing" };
  }
  const named = mx.records.toSorted((a, b) => a.preference - b.preference).map(({ exchange }) => exchange);
  if (named.every((exchange) => exchange === ".")) return { kind: "nullMx" };
  // A name with strange octets, written out, may be longer than any that can be asked for.
  const exchanges = [...new Set(named)].filter((exchange) => exchange !== "." && exchange.length <= 253);
  const usable = askUsable(host, exchanges.slice(0, mostExchanges), looking);
  if (usable.kind === "unanswered") return usable;
  return { kind: usable.kind === "yes" ? "mx" : "invalidMx" };
}

/** Has one of these names an address that is valid? The first one's A decides for nearly all; the rest comes at once. */
function askUsable(host: Pick<Host, "dns">, names: readonly string[], { invalid, timeout }: Looking): Usable {
  const queries = names.flatMap((name) => [{ name, type: "A" } as const, { name, type: "AAAA" } as const]);
  let unanswered: Usable = { kind: "no" };
  for (const step of [queries.slice(0, 1), queries.slice(1)]) {
    const found = askDns(host, step, timeout);
    const addresses = found.flatMap((each) => each.kind === "found" ? each.records : []);
    if (addresses.some((address) => findNetwork(invalid, address) === undefined)) return { kind: "yes" };
    unanswered = found.find((each) => each.kind === "unanswered") ?? unanswered;
  }
  return unanswered;
}
