// A listener of a test's own whose connections become TLS as the daemon's do.

import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Secured, Upgrade } from "../../src/tls/acceptor.ts";

export interface TlsServed {
  readonly port: number;
  /** How each handshake ended, in order. */
  readonly results: readonly Secured[];
  close(): void;
}

/** `talk` gets what came of each handshake. */
export async function serveTls(
  upgrade: Upgrade,
  talk: (secured: Secured) => void,
  within = 5000,
): Promise<TlsServed> {
  const results: Secured[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (raw) => {
    sockets.add(raw);
    raw.on("error", () => {});
    raw.pause();
    void upgrade(raw, within).then((secured) => {
      results.push(secured);
      talk(secured);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    results,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Says one line with what is known about the connection, and closes. */
export function tellFacts(secured: Secured): void {
  if (secured.kind === "failed") return;
  secured.socket.resume();
  secured.socket.end(`FACTS ${JSON.stringify(secured.facts)}\n`);
}
