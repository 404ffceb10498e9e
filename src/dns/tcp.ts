// One query to one server by TCP, for answers that do not fit into a datagram. RFC 7766.

import { connect } from "node:net";
import { type Exchange, exchange, failure, type Patience } from "./exchange.ts";
import { type Query, readMessage } from "./message.ts";
import type { ServerAddress } from "./server_address.ts";

export function askByTcp(server: ServerAddress, query: Query, patience: Patience): Promise<Exchange> {
  return exchange(server, patience, (end) => {
    const socket = connect({ host: server.address, port: server.port, noDelay: true });
    const lost = (what: string): void => end(failure("network", server, what));
    let received: Buffer = Buffer.alloc(0);
    socket.on("error", (error) => lost(error.message));
    socket.on("end", () => lost("closed before the answer was whole"));
    socket.on("close", () => lost("closed before the answer was whole"));
    socket.on("connect", () => socket.write(withLength(query.octets)));
    socket.on("data", (chunk: Uint8Array) => {
      // Bounded by the length's two octets: 64 KiB and the chunk that completes them.
      received = Buffer.concat([received, chunk]);
      if (received.length < 2) return;
      const length = received.readUInt16BE(0);
      if (received.length < length + 2) return;
      end(outcome(server, received.subarray(2, length + 2), query));
    });
    return { close: () => socket.destroy() };
  });
}

function outcome(server: ServerAddress, octets: Uint8Array, query: Query): Exchange {
  const reading = readMessage(octets, query);
  switch (reading.kind) {
    case "message":
      return reading;
    case "malformed":
      return failure("malformed", server, reading.message);
    case "truncated":
      return failure("malformed", server, "an answer cut short although it came by TCP");
    case "foreign":
      return failure("malformed", server, "an answer to another question");
  }
}

/** RFC 1035 §4.2.2. In one piece: some servers read nothing more. RFC 7766 §8. */
function withLength(octets: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(octets.length >> 8, octets.length & 255), octets]);
}
