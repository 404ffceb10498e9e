// Sockets that were open before this process began, by the protocol of sd_listen_fds(3), and places named by them. Pure.

import type { Address, Place } from "../platform/listen.ts";

/** The environment, or a part of it. */
export type Environment = { readonly [name: string]: string | undefined };

export type Inherited =
  /** The first is descriptor 3, the next 4, and so on; each by its name. */
  | { readonly kind: "sockets"; readonly names: readonly string[] }
  | { readonly kind: "none"; readonly why: string };

export type Found =
  | { readonly kind: "place"; readonly place: Place }
  /** One line that begins with the address as it was written. */
  | { readonly kind: "problem"; readonly problem: string };

/** SD_LISTEN_FDS_START: standard input, output and error come before. */
const firstDescriptor = 3;
const mostDescriptors = 256;

/** systemd's name for a socket that was given none. */
const unnamed = "unknown";

/** How an address that is no HOST:PORT is written. */
export const namedPlacePattern: RegExp = /^(?:fd:\d{1,3}|systemd(?::[!-9;-~]{1,255})?|unix:\/[ -~]{1,106})$/;

/** Such an address as host, with port 0; undefined if it is not of that form. */
export function parseNamedPlace(text: string): Address | undefined {
  return namedPlacePattern.test(text) ? { host: text, port: 0 } : undefined;
}

/** `pid`: the process that systemd started, which for a worker is its parent. */
export function inheritedSockets(environment: Environment, pid: number): Inherited {
  const { LISTEN_PID: forPid, LISTEN_FDS: count, LISTEN_FDNAMES: names = "" } = environment;
  if (forPid === undefined || count === undefined) {
    return { kind: "none", why: "no socket was passed (LISTEN_FDS is not set): start it by its systemd .socket unit" };
  }
  if (forPid !== String(pid)) {
    const why =
      `the sockets were passed to process ${shown(forPid)}, not to this one, ${pid}: start the runtime itself, ` +
      "without npm, deno task or a shell before it";
    return { kind: "none", why };
  }
  const sockets = /^\d{1,3}$/.test(count) ? Number(count) : 0;
  if (sockets < 1 || sockets > mostDescriptors) return { kind: "none", why: `LISTEN_FDS is ${shown(count)}` };
  const given = names === "" ? [] : names.split(":");
  return { kind: "sockets", names: Array.from({ length: sockets }, (_, index) => given[index] || unnamed) };
}

/** `fd:N`, `systemd` for the first, `systemd:NAME`, `unix:/path`; everything else is a host with its port. */
export function findPlace(address: Address, inherited: Inherited): Found {
  const { host } = address;
  if (host.startsWith("unix:")) return { kind: "place", place: { path: host.slice("unix:".length) } };
  if (host.startsWith("fd:")) return numbered(host);
  if (host !== "systemd" && !host.startsWith("systemd:")) return { kind: "place", place: address };
  if (inherited.kind === "none") return { kind: "problem", problem: `${host}: ${inherited.why}` };
  return host === "systemd" ? descriptor(0) : named(host, inherited.names);
}

function numbered(host: string): Found {
  const number = Number(host.slice("fd:".length));
  if (number >= firstDescriptor && number < firstDescriptor + mostDescriptors) {
    return descriptor(number - firstDescriptor);
  }
  return { kind: "problem", problem: `${host}: 0, 1 and 2 are input, output and errors: sockets begin with fd:3` };
}

function named(host: string, names: readonly string[]): Found {
  const name = host.slice("systemd:".length);
  const found = names.flatMap((each, index) => each === name ? [index] : []);
  const [only] = found;
  if (only === undefined) {
    return {
      kind: "problem",
      problem: `${host}: no socket of that name was passed, but ${names.map(shown).join(", ")}`,
    };
  }
  if (found.length === 1) return descriptor(only);
  const numbers = found.map((index) => `fd:${firstDescriptor + index}`).join(", ");
  return { kind: "problem", problem: `${host}: ${found.length} sockets have that name: write ${numbers}` };
}

function descriptor(index: number): Found {
  return { kind: "place", place: { descriptor: firstDescriptor + index } };
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
