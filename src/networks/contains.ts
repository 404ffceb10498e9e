// Is an address in one of many networks? Asked at every connection, so the answer takes a few comparisons.

import { clientOctets } from "./client_octets.ts";
import type { Network } from "./network.ts";

/** Made by `networksOf`: each family in order, none within another. */
export interface Networks {
  readonly ipv4: readonly Network[];
  readonly ipv6: readonly Network[];
}

/** Sorts a list once. Networks lie within one another or apart, so what is left has no overlap. */
export function networksOf(list: readonly Network[]): Networks {
  return { ipv4: outermost(list, 4), ipv6: outermost(list, 16) };
}

/** At most 14 comparisons among 10,000 networks. False for what is no address. */
export function contains(networks: Networks, address: string): boolean {
  const octets = clientOctets(address);
  if (octets === undefined) return false;
  const nearest = lastBeginningBefore(octets.length === 4 ? networks.ipv4 : networks.ipv6, octets);
  return nearest !== undefined && compare(octets, nearest.last) <= 0;
}

function outermost(list: readonly Network[], octets: number): readonly Network[] {
  const sorted = list.filter(({ first }) => first.length === octets)
    .sort((a, b) => compare(a.first, b.first) || a.length - b.length);
  const kept: Network[] = [];
  for (const network of sorted) {
    const last = kept.at(-1)?.last;
    if (last === undefined || compare(network.last, last) > 0) kept.push(network);
  }
  return kept;
}

function lastBeginningBefore(sorted: readonly Network[], octets: Uint8Array): Network | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const network = sorted[middle];
    if (network !== undefined && compare(network.first, octets) <= 0) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
