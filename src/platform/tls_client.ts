// TLS as a client on a connection that stands already: after STARTTLS, or at once on a port of its own.

import { isIP, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";

export interface TlsClientOptions {
  /** Whom the certificate must name: a host name, which is also sent as SNI, or an IP address. */
  readonly name: string;
  /** PEM certificates of authorities to trust; without them, those of the runtime. */
  readonly authorities?: string;
  /** Whether a certificate that does not prove the name ends the handshake. */
  readonly verify: boolean;
  /** Milliseconds for the handshake. */
  readonly within: number;
}

export type Secured =
  /** `verified`: the certificate leads to a trusted authority and proves the name, asked for or not. */
  | { readonly kind: "secured"; readonly socket: TLSSocket; readonly verified: boolean }
  /** The connection is closed. */
  | { readonly kind: "failed"; readonly message: string };

/**
 * The socket must have no listeners and nothing unread. TLS 1.2 at least, RFC 8996. Tried on all three runtimes: each
 * says by `authorized` whether chain and name are good, with `rejectUnauthorized` as well as without.
 */
export function secureClient(socket: Socket, options: TlsClientOptions): Promise<Secured> {
  const { name, authorities, verify, within } = options;
  return new Promise((resolve) => {
    function fail(message: string): void {
      clearTimeout(timer);
      secure.destroy();
      socket.destroy();
      resolve({ kind: "failed", message });
    }
    const timer = setTimeout(() => fail(`no TLS handshake within ${within} ms`), within);
    // Errors of the connection below reach the TLS socket too, but not on every runtime.
    socket.on("error", (error) => fail(error.message));
    const secure = connect({
      socket,
      host: name,
      // RFC 6066 §3: addresses are no server names.
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(authorities === undefined ? {} : { ca: authorities }),
      rejectUnauthorized: verify,
      minVersion: "TLSv1.2",
    });
    const fault = (error: Error): void => fail(error.message);
    const close = (): void => fail("closed during the TLS handshake");
    secure.on("error", fault);
    secure.once("close", close);
    secure.once("secureConnect", () => {
      clearTimeout(timer);
      secure.off("close", close);
      // `fail` is harmless from now on: the promise is settled, and a socket that broke is of no use.
      resolve({ kind: "secured", socket: secure, verified: secure.authorized });
    });
  });
}
