// The capability `tcp`: connections to places that the operator named, for the time of one call.

import { parsePlace, parseTcpScope, placeOf } from "../scopes/tcp_scope.ts";
import type { CallContext, Capability, Fulfilled } from "./capability.ts";
import { base64Of, done, refused } from "./fulfilled.ts";
import { GrantedScopes } from "./granted_scopes.ts";
import { type Lookup, resolveHost } from "./resolve_host.ts";
import { connect, type TcpConnection } from "./tcp_connection.ts";
import { readTcpRequest, type TcpRequest } from "./tcp_request.ts";
import { fulfilledWithin } from "./time_limit.ts";

export interface TcpOptions {
  readonly lookup: Lookup;
  /** PEM of the authorities that TLS trusts; without it those of the runtime. */
  readonly authorities?: string;
}

type Doing<D extends TcpRequest["do"]> = Extract<TcpRequest, { readonly do: D }>;

/** The connections of one call. `opened` counts closed ones too, so that no number comes twice. */
interface CallConnections {
  readonly open: Map<number, TcpConnection>;
  /** Whom the certificate of each must name. */
  readonly hosts: Map<number, string>;
  opened: number;
  opening: number;
}

const mostOpen = 4;

/**
 * Takes `{ do: "open", to }`, giving `{ connection }`; `{ do: "write", connection, text | base64 }`, giving null; `{ do:
 * "read", connection, until | octets, most, as }`, giving `{ text | base64, end }`; `{ do: "close", connection }`, giving
 * null; `{ do: "secure", connection }`, giving null: TLS from then on, with a certificate that proves the host of `to`. All
 * but `close` take `timeout`. Codes: badRequest, notGranted, unresolved, privateAddress, tooMany, connection,
 * tooLarge, tls, timeout, aborted.
 */
export class TcpCapability implements Capability {
  readonly name = "tcp";
  readonly #lookup: Lookup;
  readonly #authorities: string | undefined;
  readonly #scopes = new GrantedScopes(parseTcpScope);
  readonly #calls = new WeakMap<AbortSignal, CallConnections>();

  constructor(options: TcpOptions) {
    this.#lookup = options.lookup;
    this.#authorities = options.authorities;
  }

  async fulfil(request: unknown, context: CallContext): Promise<Fulfilled> {
    const asked = readTcpRequest(request);
    if (asked.kind === "refused") return asked;
    const { request: doing } = asked;
    const call = this.#connectionsOf(context.signal);
    if (doing.do === "open") return await this.#open(doing, call, context);
    const connection = call.open.get(doing.connection);
    if (connection === undefined) return refused("badRequest", `there is no open connection ${doing.connection}`);
    if (doing.do === "write") return await write(connection, doing, context.signal);
    if (doing.do === "read") return await read(connection, doing, context.signal);
    if (doing.do === "secure") return await this.#secure(connection, doing, call, context.signal);
    call.open.delete(doing.connection);
    connection.close();
    return done(null);
  }

  async #open({ to, timeout }: Doing<"open">, call: CallConnections, context: CallContext): Promise<Fulfilled> {
    const asked = parsePlace(to);
    if (asked.kind === "bad") return refused("badRequest", `to ${asked.why}`);
    const covering = this.#scopes.covering(context.scopes, asked.parts);
    if (covering.length === 0) return refused("notGranted", `tcp:${to} is not granted`);
    if (call.open.size + call.opening >= mostOpen) return refused("tooMany", `${mostOpen} connections are open`);
    call.opening += 1;
    const place = placeOf(asked.parts);
    const host = place.kind === "host" ? place.host : "";
    const opened = await fulfilledWithin(timeout, context.signal, async (signal) => {
      if (place.kind === "unix") return await attempt(call, host, [place], signal);
      const resolved = await resolveHost(place.host, covering, this.#lookup, signal);
      if (resolved.kind === "refused") return resolved;
      return await attempt(call, host, resolved.addresses.map((host) => ({ host, port: Number(place.port) })), signal);
    });
    call.opening -= 1;
    return opened;
  }

  async #secure(
    connection: TcpConnection,
    { connection: number, timeout: within }: Doing<"secure">,
    call: CallConnections,
    signal: AbortSignal,
  ): Promise<Fulfilled> {
    const name = call.hosts.get(number) ?? "";
    if (name === "") return refused("badRequest", "a socket of this machine has no name that TLS could prove");
    const authorities = this.#authorities === undefined ? {} : { authorities: this.#authorities };
    return await fulfilledWithin(within, signal, async (signal) => {
      const trouble = await connection.secure({ name, within, ...authorities }, signal);
      return trouble === undefined ? done(null) : refused("tls", trouble);
    });
  }

  #connectionsOf(signal: AbortSignal): CallConnections {
    const known = this.#calls.get(signal);
    if (known !== undefined) return known;
    const call: CallConnections = { open: new Map(), hosts: new Map(), opened: 0, opening: 0 };
    this.#calls.set(signal, call);
    signal.addEventListener("abort", () => closeAll(call), { once: true });
    return call;
  }
}

/** One after the other: the first that can be connected to. */
async function attempt(
  call: CallConnections,
  host: string,
  places: readonly Parameters<typeof connect>[0][],
  signal: AbortSignal,
): Promise<Fulfilled> {
  let message = "";
  for (const place of places) {
    const connected = await connect(place, signal);
    // Too late: nobody would ever close it.
    if (signal.aborted && connected.kind === "connected") connected.connection.close();
    if (signal.aborted) break;
    if (connected.kind === "connected") {
      call.opened += 1;
      call.open.set(call.opened, connected.connection);
      call.hosts.set(call.opened, host);
      return done({ connection: call.opened });
    }
    message = connected.message;
  }
  return refused("connection", message);
}

function write(connection: TcpConnection, { octets, timeout }: Doing<"write">, call: AbortSignal): Promise<Fulfilled> {
  return fulfilledWithin(timeout, call, async (signal) => {
    const trouble = await connection.write(octets, signal);
    return trouble === undefined ? done(null) : refused("connection", trouble);
  });
}

function read(
  connection: TcpConnection,
  { wanted, as, timeout }: Doing<"read">,
  call: AbortSignal,
): Promise<Fulfilled> {
  return fulfilledWithin(timeout, call, async (signal) => {
    const got = await connection.read(wanted, signal);
    if (got.kind === "failed") return refused("connection", got.message);
    if (got.kind === "overlong") return refused("tooLarge", "what was waited for is not within the most octets");
    const { octets, end } = got;
    return done(as === "text" ? { text: new TextDecoder().decode(octets), end } : { base64: base64Of(octets), end });
  });
}

function closeAll(call: CallConnections): void {
  for (const connection of call.open.values()) connection.close();
  call.open.clear();
}
