// One query to one server by UDP, on a socket of its own: a forger has to guess port and id anew each time. RFC 5452 §9.

import { createSocket, type RemoteInfo } from "node:dgram";
import { isIPv6 } from "node:net";
import { type Exchange, exchange, failure, type Patience } from "./exchange.ts";
import { type Query, readMessage } from "./message.ts";
import { isFrom, type ServerAddress } from "./server_address.ts";

/** Datagrams that are no answer to our query before we take it for an attack and leave. */
const mostForeign = 16;

/** Never rejects. An answer that was cut short is told as such: TCP is to be tried. */
export function askByUdp(server: ServerAddress, query: Query, patience: Patience): Promise<Exchange> {
  return exchange(server, patience, (end) => {
    const socket = createSocket(isIPv6(server.address) ? "udp6" : "udp4");
    let foreign = 0;
    const lied = (): Exchange & { readonly kind: "failed" } =>
      failure("malformed", server, `${foreign} datagrams that answer another question`);
    socket.on("error", (error) => end(failure("network", server, error.message)));
    socket.on("message", (octets: Uint8Array, from: RemoteInfo) => {
      // Deno does not tell the kernel that the socket is connected, and so gets what others send as well.
      if (!isFrom(server, from)) return;
      const reading = readMessage(octets, query);
      if (reading.kind === "malformed") return end(failure("malformed", server, reading.message));
      if (reading.kind !== "foreign") return end(reading);
      foreign++;
      if (foreign >= mostForeign) end(lied());
    });
    // Connected, so that the kernel drops what others send and tells us of a closed port.
    socket.on("connect", () => socket.send(query.octets));
    socket.connect(server.port, server.address);
    return { close: () => socket.close(), hint: () => foreign > 0 ? lied() : undefined };
  });
}
