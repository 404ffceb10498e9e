// What came out of a TLS handshake, in the same words on every runtime.

import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Peer } from "./tls_peer.ts";
import { tlsValve, type Valve } from "./tls_valve.ts";

export type Handshake = SecuredSocket | FailedHandshake;

export interface FailedHandshake {
  readonly kind: "failed";
  /** For the log; not from the client. */
  readonly reason: string;
}

export interface SecuredSocket {
  readonly kind: "secured";
  readonly socket: TLSSocket;
  /** To be turned in place of the socket's own `pause` and `resume`. */
  readonly valve: Valve;
  readonly protocol: string;
  readonly cipher: string;
  /** The host name the client asked for. */
  readonly serverName?: string;
  /** Agreed on by RFC 7301. */
  readonly alpn?: string;
  readonly peer?: Peer;
  /** `tls-exporter` of RFC 9266, where it is safe and the runtime has it. */
  exporter(): Uint8Array | undefined;
}

/** Printable, so that it can stand in a log; SNI is whatever octets a client likes. */
const printable = /^[\x21-\x7e]{1,255}$/;

export function secured(socket: TLSSocket, raw: Socket, peer: Peer | undefined): SecuredSocket {
  const { name, standardName = name } = socket.getCipher() as { readonly name: string; readonly standardName?: string };
  const serverName = textOf((socket as { readonly servername?: unknown }).servername);
  const alpn = textOf(socket.alpnProtocol);
  return {
    kind: "secured",
    socket,
    valve: tlsValve(socket, raw),
    protocol: socket.getProtocol() ?? "",
    cipher: standardName,
    ...serverName === undefined ? {} : { serverName },
    ...alpn === undefined ? {} : { alpn },
    ...peer === undefined ? {} : { peer },
    exporter: () => exporter(socket),
  };
}

/** Absent is `false`, `null` or `undefined`, as the runtime likes. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && printable.test(value) ? value : undefined;
}

function exporter(socket: TLSSocket): Uint8Array | undefined {
  // RFC 9266 §4.2: with TLS 1.2 only if the extended master secret was agreed on, which nobody tells us. Deno has none.
  if (socket.getProtocol() !== "TLSv1.3" || typeof socket.exportKeyingMaterial !== "function") return undefined;
  return socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0));
}
