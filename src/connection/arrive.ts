// From an accepted connection to a session before its greeting: who the client is, and TLS where that comes first.

import type { Endpoint } from "../../sdk/contract/event.ts";
import type { ProxyHeader } from "../proxy_protocol/header.ts";
import { ProxyHeaderReader } from "../proxy_protocol/reader.ts";
import { type Session, startSession, type Trust } from "../smtp/session.ts";
import type { Secured, Upgrade } from "../tls/acceptor.ts";
import { isBindable } from "./secure.ts";
import type { Wire } from "./wire.ts";

/** The ends of the connection itself. */
export interface Ends {
  readonly peer: Endpoint;
  readonly server: Endpoint;
}

/** What a listener wants before the greeting. */
export interface Manners {
  readonly proxy: boolean;
  readonly implicitTls: boolean;
  readonly isProxy: (address: string) => boolean;
  readonly trustOf: (address: string) => Trust;
  readonly upgrade?: Upgrade;
  /** Milliseconds. */
  readonly timeouts: { readonly proxy: number; readonly tls: number };
}

export type Arrived =
  | { readonly kind: "arrived"; readonly session: Session; readonly binding?: Binding }
  /** There is nobody that a reply would reach. `why` is for the log. */
  | { readonly kind: "unwelcome"; readonly why: string };

type Binding = Extract<Secured, { kind: "secured" }>["binding"];

type Introduced =
  | { readonly kind: "introduced"; readonly client: Endpoint; readonly server: Endpoint; readonly proxy?: Endpoint }
  | Extract<Arrived, { kind: "unwelcome" }>;

/** `id` as for `startSession`. Trust goes to the client, not to the proxy that speaks for it. */
export async function arrive(wire: Wire, id: string, ends: Ends, manners: Manners): Promise<Arrived> {
  const introduced = manners.proxy ? await introduce(wire, ends, manners) : direct(ends);
  if (introduced.kind === "unwelcome") return introduced;
  const { kind: _introduced, ...who } = introduced;
  const session = startSession({ id, ...who, trust: manners.trustOf(who.client.address) });
  if (!manners.implicitTls) return { kind: "arrived", session };
  if (manners.upgrade === undefined) throw new Error("a listener with implicit TLS has no certificate");
  const secured = await wire.secure(manners.upgrade, manners.timeouts.tls, "handOver");
  if (secured.kind === "failed") return unwelcome(secured.reason);
  const encrypted = { ...session, tls: secured.facts, bindable: isBindable(secured) };
  return { kind: "arrived", session: encrypted, binding: secured.binding };
}

function direct({ peer, server }: Ends): Introduced {
  return { kind: "introduced", client: peer, server };
}

async function introduce(wire: Wire, ends: Ends, { isProxy, timeouts }: Manners): Promise<Introduced> {
  if (!isProxy(ends.peer.address)) return unwelcome("it is not among trust.proxy, and only proxies may connect here");
  const read = await readHeader(wire, timeouts.proxy);
  if (read.kind === "unwelcome") return read;
  const { client, server } = read.header;
  // A health check of the proxy itself, or a client that it does not know: the real ends count.
  if (client === undefined) return direct(ends);
  return { kind: "introduced", client, server: server ?? ends.server, proxy: ends.peer };
}

/** `PROXY UNKNOWN` and its line end; one of version 2 is longer. */
const shortestHeader = 15;

type HeaderRead = { readonly kind: "header"; readonly header: ProxyHeader } | Extract<Arrived, { kind: "unwelcome" }>;

/** Takes as much as the header is long, and no more: what is behind it may be a TLS handshake. */
async function readHeader(wire: Wire, within: number): Promise<HeaderRead> {
  const until = performance.now() + within;
  const reader = new ProxyHeaderReader();
  for (let need = shortestHeader;;) {
    const peeked = await wire.peek(need, until - performance.now());
    if (peeked.kind !== "octets") return unwelcome(`the PROXY header did not come: ${peeked.kind}`);
    const read = reader.push(wire.take(need));
    if (read.kind === "header") return read;
    if (read.kind === "invalid") return unwelcome(`the PROXY header ${read.why}`);
    need = read.need;
  }
}

function unwelcome(why: string): Extract<Arrived, { kind: "unwelcome" }> {
  return { kind: "unwelcome", why };
}
