// The address of a name server, as the configuration writes it.

import { isIP, isIPv4 } from "node:net";
import { reverseName } from "./reverse_name.ts";

export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`; `undefined` for anything else. */
export function parseServerAddress(text: string): ServerAddress | undefined {
  if (isIP(text) !== 0) return { address: text, port: 53 };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]{2,60})\]|([\d.]{7,15})):(\d{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? "";
  const port = Number(digits);
  if (isIP(address) !== (bracketed === undefined ? 4 : 6) || port < 1 || port > 65_535) return undefined;
  return { address, port };
}

/** Nobody between us and this server can change what it says. */
export function isLoopback(address: string): boolean {
  return address === "::1" || isIPv4(address) && address.startsWith("127.");
}

/** Is this where a datagram came from? An IPv6 address can be written in many ways, its reverse name in one. */
export function isFrom(server: ServerAddress, { address, port }: ServerAddress): boolean {
  if (port !== server.port) return false;
  return address === server.address || reverseName(address) === reverseName(server.address);
}

/** For messages. */
export function showServer({ address, port }: ServerAddress): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
