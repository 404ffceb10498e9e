// The capability `tcp` inside TLS, against a real server on this machine.

import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { TLSSocket } from "node:tls";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { callWith, outcomeOf } from "../../test/support/capability_calls.ts";
import { TcpCapability } from "./tcp.ts";

/** Greets, answers STARTTLS, and talks on inside; `early` says something behind the answer. */
function greetThenTls(socket: Socket): void {
  socket.on("error", () => {});
  socket.write("hello\n");
  socket.once("data", (piece) => {
    const early = String(piece) === "early\n";
    socket.write(early ? "go\ninjected\n" : "go\n", () => {
      const secured = new TLSSocket(socket, { isServer: true, cert: apiCertificate.cert, key: apiCertificate.key });
      secured.on("error", () => {});
      secured.on("data", (inner: Uint8Array) => secured.write(`inside ${Buffer.from(inner).toString()}`));
    });
  });
}

async function securing(trusting: TcpCapability, first: string): Promise<readonly unknown[]> {
  const server = createServer(greetThenTls);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const to = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const controller = new AbortController();
  const call = callWith([to], { signal: controller.signal });
  const ask = async (request: object): Promise<unknown> => {
    return outcomeOf(await trusting.fulfil({ connection: 1, ...request }, call));
  };
  outcomeOf(await trusting.fulfil({ do: "open", to }, call));
  await ask({ do: "read", until: "hello\n" });
  await ask({ do: "write", text: first });
  await ask({ do: "read", until: "go\n" });
  if (first === "early\n") await new Promise((resolve) => setTimeout(resolve, 50));
  const outcomes = [await ask({ do: "secure" })];
  outcomes.push(await ask({ do: "write", text: "" }), await ask({ do: "write", text: "secret\n" }));
  outcomes.push(await ask({ do: "read", until: "\n", timeout: 1000 }));
  controller.abort();
  server.close();
  return outcomes;
}

const lookup = (): Promise<readonly string[]> => Promise.resolve([]);

test("a connection goes on inside TLS, if the certificate proves the host", async () => {
  const trusting = new TcpCapability({ lookup, authorities: apiCertificate.cert });
  const inside = { text: "inside secret\n", end: false };
  assert.deepEqual(await securing(trusting, "start\n"), [null, null, null, inside]);
});

test("a certificate that proves nothing ends the connection", async () => {
  const [secured, , written] = await securing(new TcpCapability({ lookup }), "start\n");
  assert.deepEqual([secured, written], ["tls", "connection"]);
});

test("what was said ahead of the handshake ends the connection", async () => {
  const trusting = new TcpCapability({ lookup, authorities: apiCertificate.cert });
  assert.equal((await securing(trusting, "early\n"))[0], "tls");
});
