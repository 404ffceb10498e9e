// What the domain name system knows of the client's name and address, and whether the two belong together.

import type { Host } from "#sdk";
import { askDns } from "../shared/ask_dns.ts";
import type { Found } from "../shared/ask_dns.ts";
import { canonicalAddress } from "./ip_address.ts";

export interface Looking {
  /** Name and address must have something to do with each other. */
  readonly strict: boolean;
  /** Seconds for all look-ups together. */
  readonly timeout: number;
}

export type LookedUp =
  /** `both`: the name leads to the address, and the address to the name. */
  | { readonly kind: "fine"; readonly both: boolean }
  | { readonly kind: "bad"; readonly text: string }
  /** Nobody could say at the moment. */
  | { readonly kind: "unknown"; readonly text: string };

interface Facts {
  /** Of A and AAAA; empty for an address literal, which is not looked up. */
  readonly forward: readonly Found<"A" | "AAAA">[];
  /** Absent for a client without an IP address. */
  readonly reverse: Found<"PTR"> | undefined;
}

/** All look-ups run side by side. `name` has at most 253 characters, or is an address literal. */
export function lookUp(host: Host, name: string, client: string, { strict, timeout }: Looking): LookedUp {
  const address = canonicalAddress(client);
  const facts = ask(host, name, address, timeout);
  const fault = forwardFault(facts) ?? reverseFault(facts, client);
  if (fault !== undefined) return fault;
  const forward = recordsOf(facts.forward).some((record) => inSameNetwork(record, address));
  const reverse = recordsOf([facts.reverse]).some((pointer) => inSameDomain(pointer, name));
  if (!strict || forward || reverse || address === undefined) return { kind: "fine", both: forward && reverse };
  const isCertain = facts.forward.every(({ kind }) => kind !== "unanswered");
  return { kind: isCertain ? "bad" : "unknown", text: "That HELO hostname fails FCrDNS" };
}

function ask(host: Host, name: string, address: string | undefined, timeout: number): Facts {
  const types = name.startsWith("[") ? [] : ["A", "AAAA"] as const;
  const forward = types.map((type) => ({ name, type }));
  const reverse = address === undefined ? [] : [{ name: address, type: "PTR" as const }];
  const found = askDns(host, [...forward, ...reverse], timeout);
  return { forward: found.slice(0, forward.length), reverse: found[forward.length] };
}

function forwardFault({ forward }: Facts): LookedUp | undefined {
  if (forward.some(({ kind }) => kind === "found")) return undefined;
  if (forward.some((found) => found.kind === "none" && !found.exists)) {
    return { kind: "bad", text: "HELO hostname does not exist" };
  }
  // Whose name servers are out of order is not a liar for it.
  if (forward.length === 0 || forward.some(({ kind }) => kind === "unanswered")) return undefined;
  return { kind: "bad", text: "HELO hostname did not resolve" };
}

function reverseFault({ reverse }: Facts, client: string): LookedUp | undefined {
  switch (reverse?.kind) {
    case undefined:
    case "found":
      return undefined;
    case "none":
      return { kind: "bad", text: `${reverse.exists ? "no reverse DNS" : "no rDNS"} for ${client}` };
    case "unanswered":
      return { kind: "unknown", text: `error getting reverse DNS for ${client}` };
  }
}

function recordsOf(found: readonly (Found<"A" | "AAAA" | "PTR"> | undefined)[]): readonly string[] {
  return found.flatMap((each) => each?.kind === "found" ? each.records : []);
}

/** The same /24, or the same /64 of IPv6, of which every site has at least one (RFC 6177 §2). */
function inSameNetwork(record: string, address: string | undefined): boolean {
  const network = networkOf(address);
  return network !== undefined && network === networkOf(canonicalAddress(record));
}

function networkOf(canonical: string | undefined): string | undefined {
  if (canonical?.includes(":")) return canonical.split(":").slice(0, 4).join(":");
  return canonical?.split(".").slice(0, 3).join(".");
}

/** The same name, or one with the same last two labels. */
function inSameDomain(pointer: string, name: string): boolean {
  const [one, other] = [pointer, name].map((each) =>
    each.toLowerCase().replace(/\.$/, "").split(".").slice(-2).join(".")
  );
  return one === other;
}
