// The addresses of a host, for those who want to connect to it.

import type { DnsAnswer, Resolver } from "./resolver.ts";

/** IPv4 first, as not every machine has a way to the others; empty if there are none, or none could be learnt. */
export async function addressesOf(resolver: Resolver, host: string, signal: AbortSignal): Promise<readonly string[]> {
  const answers: readonly DnsAnswer<"A" | "AAAA">[] = await Promise.all([
    resolver.resolve(host, "A", signal),
    resolver.resolve(host, "AAAA", signal),
  ]);
  return answers.flatMap((answer) => answer.kind === "answer" ? answer.records : []);
}
