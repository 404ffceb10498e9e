// Version 1 of the PROXY protocol, section 2.1: one line of text, `PROXY TCP4 192.0.2.1 192.0.2.2 56324 25`.

import type { Endpoint } from "../../sdk/contract/event.ts";
import { formatAddress, parseAddress } from "../networks/address.ts";
import { invalid, type Progress, type ProxyHeader } from "./header.ts";

const signature = "PROXY ";
const shortest = "PROXY UNKNOWN\r\n".length;
/** With the CRLF. */
const longest = 107;
const [cr, lf] = [13, 10];

/** `rest` counts from the first octet of the header. */
export function readVersion1(octets: Uint8Array): Progress {
  for (let i = 0; i < Math.min(octets.length, signature.length); i++) {
    if (octets[i] !== signature.charCodeAt(i)) return invalid("is missing: something else came first");
  }
  for (let i = signature.length; i < Math.min(octets.length, longest); i++) {
    const ends = octets[i - 1] === cr;
    if (ends !== (octets[i] === lf)) return invalid("has a CR or LF that is not part of a CRLF");
    if (ends) return readLine(String.fromCharCode(...octets.subarray(0, i - 1)), i + 1);
  }
  if (octets.length >= longest) return invalid(`has no CRLF within ${longest} octets`);
  return { kind: "more", need: Math.max(shortest - octets.length, octets.at(-1) === cr ? 1 : 2) };
}

function readLine(line: string, rest: number): Progress {
  // What stands behind UNKNOWN has to be ignored.
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { kind: "header", header: { local: false }, rest };
  const [, family, from = "", to = "", fromPort = "", toPort = ""] =
    /^PROXY (TCP[46]) (\S+) (\S+) (\S+) (\S+)$/.exec(line) ?? [];
  if (family === undefined) return invalid("is not like PROXY TCP4 192.0.2.1 192.0.2.2 56324 25");
  const octets = family === "TCP4" ? 4 : 16;
  const [client, server] = [readEndpoint(from, fromPort, octets), readEndpoint(to, toPort, octets)];
  if (client === undefined || server === undefined) {
    return invalid(`has an address or a port that is none of ${family}`);
  }
  const header: ProxyHeader = { client, server, local: false };
  return { kind: "header", header, rest };
}

function readEndpoint(address: string, port: string, octets: number): Endpoint | undefined {
  const parsed = parseAddress(address);
  const isPort = /^(?:0|[1-9]\d{0,4})$/.test(port) && Number(port) <= 65_535;
  if (parsed?.length !== octets || !isPort) return undefined;
  return { address: formatAddress(parsed), port: Number(port) };
}
