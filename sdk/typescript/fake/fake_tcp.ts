// Peers that answer to what is written to them.

import { HostError } from "../host/host_error.ts";
import { fromBase64, type Octets, toBase64 } from "../host/octets.ts";

/**
 * Called once with nothing when it is connected to, and then with every write, each octet as one character; what it
 * returns can be read. When there is nothing left to read it has closed.
 */
export type FakePeer = (written: string) => Octets;

/** By `host:port` or `unix:/path`; all other places refuse the connection. */
export type FakeTcp = { readonly [to: string]: FakePeer };

interface Asked {
  readonly do: string;
  readonly to: string;
  readonly connection: number;
  readonly text?: string;
  readonly base64?: string;
  readonly until?: string;
  readonly octets?: number;
  readonly most?: number;
  readonly as?: "text" | "base64";
}

interface Connection {
  readonly peer: FakePeer;
  /** Each octet as one character. */
  unread: string;
}

const usualMost = 65_536;

export function fakeTcp(peers: FakeTcp): (request: object) => unknown {
  const connections: (Connection | undefined)[] = [];
  return (request) => {
    const asked = request as Asked;
    if (asked.do === "open") {
      const peer = peers[asked.to];
      if (peer === undefined) throw new HostError("connection", `fakeHost: ${asked.to} refuses the connection`);
      return { connection: connections.push({ peer, unread: charactersOf(peer("")) }) };
    }
    const connection = connections[asked.connection - 1];
    if (connection === undefined) throw new HostError("badRequest", `there is no open connection ${asked.connection}`);
    if (asked.do === "read") return read(connection, asked);
    if (asked.do === "secure") return null;
    if (asked.do === "close") {
      connections[asked.connection - 1] = undefined;
    } else {
      connection.unread += charactersOf(connection.peer(charactersOf(asked.text ?? fromBase64(asked.base64 ?? ""))));
    }
    return null;
  };
}

function read(connection: Connection, { until, octets, most = usualMost, as = "text" }: Asked): unknown {
  const { unread } = connection;
  const at = until === undefined ? -1 : unread.indexOf(charactersOf(until));
  const found = until !== undefined && at >= 0 ? at + charactersOf(until).length : undefined;
  if (until !== undefined && (found ?? unread.length) > most) {
    throw new HostError("tooLarge", "what was waited for is not within the most octets");
  }
  const wanted = found ?? octets ?? (until === undefined ? most : Infinity);
  const isEnd = until === undefined && octets === undefined ? unread === "" : unread.length < wanted;
  const taken = Uint8Array.from(unread.slice(0, wanted), (character) => character.charCodeAt(0));
  connection.unread = unread.slice(wanted);
  const content = as === "text" ? { text: new TextDecoder().decode(taken) } : { base64: toBase64(taken) };
  return { ...content, end: isEnd };
}

function charactersOf(octets: Octets): string {
  const all = typeof octets === "string" ? new TextEncoder().encode(octets) : octets;
  return Array.from(all, (octet) => String.fromCharCode(octet)).join("");
}
