// Where a syslog receiver is: `udp:HOST:PORT`, `tcp:HOST:PORT`, `tls:HOST:PORT` or `unix:/PATH`.

import { isIPv6 } from "node:net";

export type SyslogAddress =
  | { readonly transport: "udp" | "tcp" | "tls"; readonly host: string; readonly port: number }
  /** A stream socket: datagram sockets, such as /dev/log, can be reached from none of the runtimes. */
  | { readonly transport: "unix"; readonly path: string };

/** By its form; `parseSyslogAddress` knows the bounds. */
export const syslogAddressPattern: RegExp =
  /^(?:(?:udp|tcp|tls):(?:\[[0-9a-fA-F:.]{2,45}\]|[0-9A-Za-z.-]{1,255}):\d{1,5}|unix:\/[ -~]{1,106})$/;

/** Undefined if it is none. */
export function parseSyslogAddress(text: string): SyslogAddress | undefined {
  if (!syslogAddressPattern.test(text)) return undefined;
  if (text.startsWith("unix:")) return { transport: "unix", path: text.slice("unix:".length) };
  const [transport, rest] = [text.slice(0, 3), text.slice(4)];
  if (transport !== "udp" && transport !== "tcp" && transport !== "tls") return undefined;
  const colon = rest.lastIndexOf(":");
  const port = Number(rest.slice(colon + 1));
  const host = rest.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  if (port < 1 || port > 65535 || (rest.startsWith("[") && !isIPv6(host))) return undefined;
  return { transport, host, port };
}

/** What `parseSyslogAddress` reads. */
export function formatSyslogAddress(address: SyslogAddress): string {
  if (address.transport === "unix") return `unix:${address.path}`;
  const { transport, host, port } = address;
  return `${transport}:${host.includes(":") ? `[${host}]` : host}:${port}`;
}
