// A TLS connection that is not read fills no memory, and its end is never lost: what Deno's own `pause` does not do.

import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { memoryUsage } from "node:process";
import { after, test } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import type { SecuredSocket } from "./tls_handshake.ts";
import { TlsServer } from "./tls_server.ts";

const server = new TlsServer({
  identities: [{ chain: apiCertificate.cert, key: apiCertificate.key }],
  choose: () => 0,
  minimum: "TLSv1.2",
  protocols: ["smtp"],
  askClients: false,
});

/** More than a reader like the inbox holds. */
const high = 256 * 1024;

/** Connects a client to a server of our own. */
async function pair(): Promise<{ readonly client: TLSSocket; readonly served: SecuredSocket }> {
  const accepted = Promise.withResolvers<SecuredSocket>();
  const listener = createServer({ allowHalfOpen: true }, (raw: Socket) => {
    listener.close();
    raw.pause();
    void server.secure(raw, 5000).then((result) => {
      if (result.kind === "secured") accepted.resolve(result);
      else accepted.reject(new Error(result.reason));
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  const client = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  client.on("error", () => {});
  const served = await accepted.promise;
  after(() => {
    client.destroy();
    served.socket.destroy();
  });
  return { client, served };
}

/** Reads until the end; holds the connection for so many milliseconds once `high` octets lie there. */
function readSlowly({ socket, valve }: SecuredSocket, pause: number): Promise<{ octets: number; most: number }> {
  return new Promise((resolve) => {
    let octets = 0;
    let unread = 0;
    let most = 0;
    let held = false;
    socket.on("data", (chunk: Uint8Array) => {
      octets += chunk.length;
      unread += chunk.length;
      most = Math.max(most, unread);
      if (unread < high || held) return;
      held = true;
      valve.pause();
      setTimeout(() => {
        held = false;
        unread = 0;
        valve.resume();
      }, pause);
    });
    socket.on("end", () => resolve({ octets, most }));
  });
}

/** Whether there comes a time when the client has to wait for so long, most of what it sent held by the system. */
async function getsStuck(client: TLSSocket, patience: number): Promise<boolean> {
  const piece = new Uint8Array(65_536);
  for (let sent = 0; sent < 400_000_000; sent += piece.length) {
    if (client.write(piece)) continue;
    const drained = await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), patience);
      client.once("drain", () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
    if (drained === false) return true;
  }
  return false;
}

test("who is not read can send what the system's buffers hold, and no more", async () => {
  const { client, served } = await pair();
  let got = 0;
  served.socket.on("data", (chunk: Uint8Array) => {
    got += chunk.length;
    if (got >= high) served.valve.pause();
  });
  const before = memoryUsage().rss;
  assert.ok(await getsStuck(client, 1000));
  assert.ok(got < high + 1_000_000, `${got} octets came though nobody wanted them`);
  assert.ok(memoryUsage().rss - before < 80_000_000);
});

test("all of it comes, and the end too, however slowly it is read", async () => {
  const { client, served } = await pair();
  const reading = readSlowly(served, 5);
  const size = 20_000_000;
  for (let left = size; left > 0; left -= 50_000) {
    if (!client.write(new Uint8Array(50_000))) await new Promise((resolve) => client.once("drain", resolve));
  }
  client.end();
  const { octets, most } = await reading;
  assert.equal(octets, size);
  assert.ok(most < high + 1_000_000, `${most} octets lay unread`);
});

test("an end that comes while the connection is held is told when it is not held any more", async () => {
  for (let round = 0; round < 10; round++) {
    const { client, served } = await pair();
    const reading = readSlowly(served, 60);
    client.end(new Uint8Array(high + 20_000 + round));
    const { octets } = await reading;
    assert.equal(octets, high + 20_000 + round);
    served.socket.end();
  }
});
