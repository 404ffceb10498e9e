// Turns an accepted connection into one that speaks TLS, with what is known about it then.

import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import type { Certificate, Tls } from "../../sdk/contract/event.ts";
import type { SecuredSocket } from "../platform/tls_handshake.ts";
import { TlsServer } from "../platform/tls_server.ts";
import type { Valve } from "../platform/tls_valve.ts";
import { chooseCertificate } from "./choose_certificate.ts";
import { describeCertificate } from "./client_certificate.ts";
import type { Identity, TlsMaterial } from "./material.ts";
import { serverEndPoint } from "./server_end_point.ts";
import { isVerified } from "./verify_client.ts";

/** Every way an upgrade can end. */
export type Secured =
  | {
    readonly kind: "secured";
    readonly socket: Socket;
    /** To be turned in place of the socket's own `pause` and `resume`. */
    readonly valve: Valve;
    readonly facts: Tls;
    /**
     * A channel binding of RFC 5929 and RFC 9266: `tls-server-end-point`, or `tls-exporter` where the runtime has it
     * and the protocol makes it safe.
     */
    binding(name: string): Uint8Array | undefined;
  }
  /** The connection is destroyed. `reason` is one line for the log. */
  | { readonly kind: "failed"; readonly reason: string };

/** Makes TLS of a connection that nobody reads; `within` is milliseconds for the handshake. */
export type Upgrade = (raw: Socket, within: number) => Promise<Secured>;

/**
 * There is no registered protocol name for SMTP; these two are what Exim knows, and what clients that send one send.
 * A client that offers others only is no SMTP client but a browser sent here by somebody (the ALPACA attack): it is
 * refused, as RFC 7301 §3.2 wants. A client that offers nothing is served.
 */
const protocols = ["smtp", "esmtp"];

/** Costs a few milliseconds; one for each generation. `upgrade` may be called for any number of connections. */
export function openAcceptor(material: TlsMaterial): { readonly upgrade: Upgrade } {
  const { identities } = material;
  const names = identities.map((identity) => identity.names);
  const authorities = (material.authorities ?? []).map((pem) => new X509Certificate(pem));
  const server = new TlsServer({
    identities,
    choose: (asked) => chooseCertificate(names, asked),
    minimum: material.minimum,
    protocols,
    askClients: material.clientCertificates === "ask",
    ...material.authorities === undefined ? {} : { authorities: material.authorities },
  });
  const certificateOf = ({ peer }: SecuredSocket): Certificate | undefined => {
    // A session resumed on Deno brings one that nobody asked for.
    if (peer === undefined || material.clientCertificates === "off") return undefined;
    return describeCertificate(peer.der, isVerified(peer, authorities, Date.now()));
  };
  return {
    upgrade: async (raw, within) => {
      const handshake = await server.secure(raw, within);
      if (handshake.kind === "failed") return handshake;
      const { socket, valve, serverName } = handshake;
      const identity = identities[chooseCertificate(names, serverName)];
      const binding = (name: string): Uint8Array | undefined => bindingOf(name, handshake, identity);
      return { kind: "secured", socket, valve, facts: factsOf(handshake, certificateOf(handshake)), binding };
    },
  };
}

function factsOf({ protocol, cipher, serverName, alpn }: SecuredSocket, certificate: Certificate | undefined): Tls {
  return {
    protocol,
    cipher,
    ...serverName === undefined ? {} : { serverName },
    ...alpn === undefined ? {} : { alpn },
    ...certificate === undefined ? {} : { certificate },
  };
}

function bindingOf(name: string, handshake: SecuredSocket, own: Identity | undefined): Uint8Array | undefined {
  if (name === "tls-exporter") return handshake.exporter();
  return name === "tls-server-end-point" && own !== undefined ? serverEndPoint(own.der) : undefined;
}
