// The first lines a user sees: what runs, where, who decides, where mail goes, and what to try.

import { hookNames } from "../../sdk/contract/contract.ts";
import type { Listener } from "../config/protocol.ts";
import type { Chains } from "../hooks/chains.ts";
import { type Address, formatAddress } from "../platform/listen.ts";
import type { Runtime } from "../platform/runtime.ts";

export interface Place {
  readonly address: Address;
  readonly listener: Pick<Listener, "mode" | "tls" | "proxy">;
}

export interface Start {
  readonly version: string;
  readonly runtime: Runtime;
  readonly hostname: string;
  /** Where it listens, and what is spoken there. */
  readonly places: readonly Place[];
  readonly chains: Chains;
  readonly delivery: string;
}

/** One line an entry, without line ends. */
export function startBlock(start: Start): readonly string[] {
  const [first = { address: { host: "127.0.0.1", port: 25 } }] = start.places;
  return [
    `qpsmtpd ${start.version} on ${start.runtime.name} ${start.runtime.version}, as ${start.hostname}`,
    row("listens", start.places.map(describe).join(", ")),
    ...chainRows(start.chains),
    row("mail goes", start.delivery),
    row("try", `swaks ${target(first.address)} --from you@example.org --to postmaster@localhost`),
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

const tlsWords = { off: "no TLS", offered: "STARTTLS", required: "STARTTLS required", implicit: "TLS" } as const;

/** `0.0.0.0:587 (submission, STARTTLS required)`. */
function describe({ address, listener: { mode, tls, proxy } }: Place): string {
  const words = [mode === "smtp" ? "" : mode, tlsWords[tls], proxy ? "behind a proxy" : ""];
  return `${formatAddress(address)} (${words.filter((word) => word !== "").join(", ")})`;
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(22)} ${value}`;
}

/** For swaks; an inherited socket does not say where it is. */
function target(address: Address): string {
  if (address.host.startsWith("unix:")) return `--socket ${address.host.slice("unix:".length)}`;
  return /^(?:fd:|systemd)/.test(address.host) ? "--server HOST:PORT" : `--server ${formatAddress(reachable(address))}`;
}

/** A wildcard address is nothing to connect to. */
function reachable({ host, port }: Address): Address {
  const loopback: { readonly [host: string]: string } = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return { host: loopback[host] ?? host, port };
}
