// From a host to the addresses that may be connected to. What is checked here is what is connected to: no second look-up.

import { parseAddress } from "../networks/address.ts";
import type { Parts } from "../scopes/scope.ts";
import { type Refused, refused } from "./fulfilled.ts";
import { isPublicAddress } from "./public_address.ts";

/** The addresses of a name, IPv4 and IPv6; empty or rejected if there are none. */
export type Lookup = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

export type Resolved = { readonly kind: "addresses"; readonly addresses: readonly string[] } | Refused;

/** So many addresses are tried, one after the other. */
const mostAddresses = 4;

/**
 * Codes `unresolved` and `privateAddress`. An address of this machine or its network is reached only through a scope
 * that names the address itself, or `localhost`: a name that leads there may be anybody's. `scopes` are those that
 * allow the request, as parts with the host at 1.
 */
export async function resolveHost(
  host: string,
  scopes: readonly Parts[],
  lookup: Lookup,
  signal: AbortSignal,
): Promise<Resolved> {
  const isNamed = scopes.some((parts) => parts[1] === host);
  if (parseAddress(host) !== undefined) return isNamed || isPublicAddress(host) ? found([host]) : closed(host);
  // RFC 6761 §6.3: never asked of the DNS.
  if (host === "localhost" || host.endsWith(".localhost")) {
    return isNamed && host === "localhost" ? found(["127.0.0.1", "::1"]) : closed(host);
  }
  const addresses = await lookup(host, signal).catch(() => []);
  if (addresses.length === 0) return refused("unresolved", `there is no address of ${host}`);
  // One bad address spoils all: who publishes it next to good ones is trying something.
  return addresses.every(isPublicAddress) ? found(addresses.slice(0, mostAddresses)) : closed(host);
}

function found(addresses: readonly string[]): Resolved {
  return { kind: "addresses", addresses };
}

function closed(host: string): Refused {
  const remedy = "only a grant that names the address itself reaches it";
  return refused("privateAddress", `${host} is not on the public Internet: ${remedy}`);
}
