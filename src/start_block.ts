// The first lines a user sees: what runs, where, who decides, where mail goes, and what to try.

import { hookNames } from "../sdk/contract/contract.ts";
import type { Chains } from "./hooks/chains.ts";
import { type Address, formatAddress } from "./platform/listen.ts";
import type { Runtime } from "./platform/runtime.ts";

export interface Start {
  readonly version: string;
  readonly runtime: Runtime;
  readonly hostname: string;
  readonly addresses: readonly Address[];
  readonly chains: Chains;
  readonly delivery: string;
}

/** One line an entry, without line ends. */
export function startBlock(start: Start): readonly string[] {
  const [first = { host: "127.0.0.1", port: 25 }] = start.addresses;
  return [
    `qpsmtpd ${start.version} on ${start.runtime.name} ${start.runtime.version}, as ${start.hostname}`,
    row("listens", start.addresses.map(formatAddress).join(", ")),
    ...chainRows(start.chains),
    row("mail goes", start.delivery),
    row("try", `swaks --server ${formatAddress(reachable(first))} --from you@example.org --to postmaster@localhost`),
  ];
}

/** Hooks with plugins; those with the same chain share a line. */
function chainRows(chains: Chains): readonly string[] {
  const hooksByChain = new Map<string, string[]>();
  for (const hook of hookNames) {
    const names = chains[hook].map((plugin) => plugin.name).join(", ");
    if (names !== "") hooksByChain.set(names, [...hooksByChain.get(names) ?? [], hook]);
  }
  if (hooksByChain.size === 0) return [row("plugins", "none, so every recipient is refused")];
  return [...hooksByChain].map(([names, hooks]) => row(hooks.join(", "), names));
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(22)} ${value}`;
}

/** A wildcard address is nothing to connect to. */
function reachable({ host, port }: Address): Address {
  const loopback: { readonly [host: string]: string } = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return { host: loopback[host] ?? host, port };
}
