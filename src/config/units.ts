// Values with a unit as people write them: sizes, durations, addresses to listen on, domain names.

import { isIPv6 } from "node:net";
import { parseNamedPlace } from "../processes/inherited_sockets.ts";

/** A page of WebAssembly memory. */
export const octetsPerPage = 65_536;

/**
 * Where to listen. `host` is a name or an address without brackets; port 0 lets the system choose. A place that is no
 * address is `host` as it was written, with port 0.
 */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `25MB`, `256 KB`, `10MiB`, `512B`: decimal units are powers of 1000, those with an `i` of 1024. */
export const sizePattern: RegExp = /^\d{1,9} ?(?:B|[kKMG]B|[KMG]iB)$/;

/** `500ms`, `30s`, `5m`, `1h`, `2d`. */
export const durationPattern: RegExp = /^\d{1,10} ?(?:ms|s|m|h|d)$/;

/** The Domain of RFC 5321 §4.1.2, at most 255 octets; digits alone behind a dot, as in an IPv4 address, are none. */
export const domainPattern: RegExp =
  /^(?=.{1,255}$)(?!.*\.[0-9]+$)[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?(?:\.[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?)*$/;

/** `HOST:PORT`, `[V6]:PORT`, `fd:N`, `systemd`, `systemd:NAME` or `unix:/PATH`, by its form; `parseListenAddress` knows the bounds. */
export const listenPattern: RegExp =
  /^(?:(?:\[[0-9a-fA-F:.]{2,45}\]|[0-9A-Za-z.\-]{1,255}):\d{1,5}|systemd(?::[!-9;-~]{1,255})?|unix:\/[ -~]{1,106})$/;

/** Longest wait that timers of all three runtimes can count, about 24.8 days. */
export const longestDuration: number = 2 ** 31 - 1;

/** Largest size accepted: sums of two of them stay exact. */
export const largestSize: number = 2 ** 52;

const octetsByUnit: { readonly [unit: string]: number } = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

const millisecondsByUnit: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3600e3,
  d: 86400e3,
};

/** Octets, or `undefined` if `text` is no size between 1B and `largestSize`. */
export function parseSize(text: string): number | undefined {
  return sizePattern.test(text) ? scaled(text, octetsByUnit, largestSize) : undefined;
}

/** Milliseconds, or `undefined` if `text` is no duration between 1ms and `longestDuration`. */
export function parseDuration(text: string): number | undefined {
  return durationPattern.test(text) ? scaled(text, millisecondsByUnit, longestDuration) : undefined;
}

function scaled(
  text: string,
  units: { readonly [unit: string]: number },
  most: number,
): number | undefined {
  const factor = units[text.replace(/^\d+ ?/, "")];
  const value = factor === undefined ? 0 : Number.parseInt(text, 10) * factor;
  return value >= 1 && value <= most ? value : undefined;
}

/** The two parts of `HOST:PORT` or `[V6]:PORT`, or `undefined`. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  if (!listenPattern.test(text)) return undefined;
  const named = parseNamedPlace(text);
  if (named !== undefined) return named;
  const colon = text.lastIndexOf(":");
  const port = Number(text.slice(colon + 1));
  if (port > 65535) return undefined;
  const host = text.slice(0, colon);
  if (!host.startsWith("[")) return { host, port };
  const address = host.slice(1, -1);
  return isIPv6(address) ? { host: address, port } : undefined;
}

/** `HOST:PORT`, an IPv6 address in brackets: what `parseListenAddress` reads. */
export function formatListenAddress(address: ListenAddress): string {
  if (parseNamedPlace(address.host) !== undefined) return address.host;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
