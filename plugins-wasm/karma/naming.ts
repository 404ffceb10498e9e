// Under which name a session is remembered: that of its client, of the network around it, or of its owner's domain.

import type { Asked, Given } from "#sdk";
import { networkOf } from "../shared/client_network.ts";
import { keyPart } from "../shared/store_key.ts";

export interface Naming {
  readonly key: "address" | "network" | "domain";
  /** Bits of an address that make a network. */
  readonly ipv4: number;
  readonly ipv6: number;
}

/** Second labels below which, under a country's domain, everybody registers: `example.co.uk`. */
const registries: ReadonlySet<string> = new Set(
  "ac co com edu gob gouv gov go gv ltd me mil ne net nom or org plc sch".split(" "),
);

/** One client is an IPv4 address, or the /64 of an IPv6 address, of which a customer has at least one. RFC 6177 §2. */
export function readNaming({ settings }: Given): Naming {
  const key = settings["key"];
  if (key === "domain") return { key, ipv4: 32, ipv6: 64 };
  if (key !== "network") return { key: "address", ipv4: 32, ipv6: 64 };
  return { key, ipv4: Number(settings["network_prefix_v4"]), ipv6: Number(settings["network_prefix_v6"]) };
}

/** Undefined if there is nobody to remember: the domain is that of a name which fcrdns has found to lead back. */
export function nameOf({ session, othersNotes }: Asked, { key, ipv4, ipv6 }: Naming): string | undefined {
  const { address } = session.client;
  if (key !== "domain") return networkOf(address, ipv4, ipv6) ?? keyPart(address);
  const name = othersNotes?.["fcrdns"]?.session?.["name"];
  return typeof name === "string" ? organizationalDomain(name) : undefined;
}

/** Whose domain a host's name is in, as good as can be told without a list of all registries. Undefined for one label. */
export function organizationalDomain(name: string): string | undefined {
  const labels = name.slice(0, 255).toLowerCase().split(".").filter((label) => label !== "");
  const [second = "", top = ""] = labels.slice(-2);
  const isShared = top.length === 2 && registries.has(second);
  const most = isShared ? 3 : 2;
  return labels.length < most ? undefined : keyPart(labels.slice(-most).join("."));
}
