// Upgrades connections that were accepted already to TLS, in the one form that works on every runtime.

import { constants } from "node:crypto";
import type { Socket } from "node:net";
import {
  createSecureContext,
  createServer,
  type SecureContext,
  type SecureVersion,
  type Server,
  type TLSSocket,
} from "node:tls";
import { type FailedHandshake, type Handshake, secured } from "./tls_handshake.ts";
import { peerOf } from "./tls_peer.ts";

export interface TlsServerOptions {
  /** PEM. The first is for clients that ask for no name. */
  readonly identities: readonly [PemIdentity, ...PemIdentity[]];
  /** The index of the identity for the name that a client asked for; empty if it asked for none. */
  readonly choose: (serverName: string) => number;
  readonly minimum: SecureVersion;
  /** Of RFC 7301, for clients that offer any; one that offers only others is refused. */
  readonly protocols: readonly string[];
  /** Clients are asked for a certificate. One without, or with a bad one, gets its connection all the same. */
  readonly askClients: boolean;
  /** PEM, one each: who may sign client certificates; absent: whom the runtime believes. */
  readonly authorities?: readonly string[];
}

export interface PemIdentity {
  readonly chain: string;
  readonly key: string;
}

/** `raw` as the runtimes keep it in the TLS socket around it: nothing else tells which belong together. */
interface Around {
  readonly _parent?: Socket;
}

type Settle = (result: Handshake) => void;

/** Never listens itself. One for each set of certificates: the sessions it made live on when another takes its place. */
export class TlsServer {
  readonly #server: Server;
  readonly #minimum: SecureVersion;
  readonly #underWay = new Map<Socket, Settle>();

  constructor(options: TlsServerOptions) {
    const contexts = options.identities.map((identity) => createSecureContext(contextOptions(identity, options)));
    const [first] = options.identities;
    this.#minimum = options.minimum;
    this.#server = createServer({
      ...contextOptions(first, options),
      ALPNProtocols: [...options.protocols],
      requestCert: options.askClients,
      rejectUnauthorized: false,
      SNICallback: (name, answer) => answer(null, contexts[options.choose(name)] as SecureContext),
    });
    this.#server.on("secureConnection", (socket) => this.#finished(socket));
    this.#server.on("tlsClientError", (error, socket) => this.#failed(error, socket));
  }

  /**
   * Takes over a connection, read by nobody and paused: what it has got or been given back (`unshift`) is the beginning
   * of the handshake. `within` is milliseconds for the handshake. A connection that fails is destroyed.
   */
  secure(raw: Socket, within: number): Promise<Handshake> {
    if (raw.destroyed) return Promise.resolve({ kind: "failed", reason: "the client is gone" });
    return new Promise((resolve) => {
      const settle = (result: Handshake): void => {
        if (!this.#underWay.delete(raw)) return;
        clearTimeout(timer);
        raw.off("close", closed);
        if (result.kind === "failed") raw.destroy();
        resolve(result);
      };
      const closed = (): void => settle({ kind: "failed", reason: "the client is gone" });
      const late: FailedHandshake = { kind: "failed", reason: "the client did not finish the TLS handshake in time" };
      const timer = setTimeout(() => settle(late), within);
      this.#underWay.set(raw, settle);
      raw.on("error", ignore);
      raw.once("close", closed);
      // Else a reply in two parts waits for the client's acknowledgement between them.
      raw.setNoDelay(true);
      // The TLS socket takes this over: a client that closes its side within the handshake is gone, and must be noticed.
      raw.allowHalfOpen = false;
      this.#server.emit("connection", raw);
    });
  }

  #finished(socket: TLSSocket): void {
    socket.on("error", ignore);
    // From now on it may close its side and still read our reply.
    socket.allowHalfOpen = true;
    const raw = (socket as Around)._parent;
    const settle = raw && this.#underWay.get(raw);
    if (raw === undefined || settle === undefined) return void socket.destroy();
    const result = secured(socket, raw, peerOf(socket));
    // The contexts see to it; this is for a runtime which should ever forget.
    if (result.protocol >= this.#minimum) return settle(result);
    settle({ kind: "failed", reason: `the client chose ${result.protocol}` });
  }

  #failed(error: Error, socket: TLSSocket): void {
    const raw = (socket as Around)._parent;
    // Nobody else does it: the runtimes leave the connection open.
    socket.destroy();
    if (raw !== undefined) this.#underWay.get(raw)?.({ kind: "failed", reason: describe(error) });
  }
}

function contextOptions(
  { chain, key }: PemIdentity,
  { minimum, authorities }: TlsServerOptions,
): Parameters<typeof createSecureContext>[0] {
  return {
    cert: chain,
    key,
    minVersion: minimum,
    // Costs the server more than the client, and TLS 1.3 does without.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...authorities === undefined ? {} : { ca: [...authorities] },
  };
}

/** The runtimes agree on some codes, and on no text. */
function describe(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ECONNRESET") return "the client is gone";
  const [line = ""] = error.message.trim().split("\n");
  return code === undefined ? line : `${code}`;
}

function ignore(): void {}
