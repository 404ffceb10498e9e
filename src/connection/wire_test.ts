// One client over a real socket.

import assert from "node:assert/strict";
import { connect as connectPlain, type Socket } from "node:net";
import { memoryUsage } from "node:process";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { connectAfter, pair, serve, text, upgrade } from "../../test/support/wired.ts";

test("peek waits for so many octets and takes none; take takes them; the rest is lines", async () => {
  const { client, wire } = await pair();
  client.write("PRO");
  assert.deepEqual(await wire.peek(5, 200), { kind: "timedOut" });
  client.write("XY one\r\nEHLO a\r\nNOOP\r\n");
  const peeked = await wire.peek(5, 2000);
  assert.ok(peeked.kind === "octets" && text(peeked.octets).startsWith("PROXY one\r\n"));
  assert.equal(text(wire.take(11)), "PROXY one\r\n");
  assert.deepEqual(await wire.hear(2000, false), { kind: "line", text: "EHLO a" });
  assert.equal(wire.early, 6);
  assert.deepEqual(await wire.hear(2000, false), { kind: "line", text: "NOOP" });
  assert.equal(wire.early, 0);
});

test("peek is not fooled by an octet now and then, nor by a client that leaves", async () => {
  const { client, wire } = await pair();
  const dripping = setInterval(() => client.write("x"), 20);
  assert.deepEqual(await wire.peek(1000, 300), { kind: "timedOut" });
  clearInterval(dripping);
  client.end();
  assert.deepEqual(await wire.peek(1000, 2000), { kind: "gone" });
});

test("mail data of a known length is given in pieces of at most so many octets, and what follows is the next line", async () => {
  const { client, wire } = await pair();
  client.write("BDAT 10\r\n01234");
  assert.deepEqual(await wire.hear(2000, false), { kind: "line", text: "BDAT 10" });
  let got = "";
  while (got.length < 10) {
    const received = await wire.receive(2000, 10 - got.length);
    assert.ok(received.kind === "chunk");
    got += text(received.chunk);
    if (got.length === 5) client.write("56789NOOP\r\nBDAT 4\r\nabcdQUIT\r\n");
  }
  assert.equal(got, "0123456789");
  assert.deepEqual(await wire.hear(2000, false), { kind: "line", text: "NOOP" });
  assert.deepEqual(await wire.hear(2000, false), { kind: "line", text: "BDAT 4" });
  assert.equal(await wire.skip(4, 2000), "skipped");
  assert.deepEqual(await wire.hear(2000, false), { kind: "line", text: "QUIT" });
  assert.equal(await wire.skip(0, 100), "skipped");
  assert.equal(await wire.skip(1, 100), "timedOut");
  client.end("x");
  assert.equal(await wire.skip(2, 2000), "gone");
});

test("ten million octets are skipped however they are cut, and the line behind them is heard", async () => {
  const { client, wire } = await pair();
  const size = 10_000_000;
  client.write(new Uint8Array(size));
  client.write("NOOP\r\n");
  assert.equal(await wire.skip(size, 5000), "skipped");
  assert.deepEqual(await wire.hear(2000, false), { kind: "line", text: "NOOP" });
});

test("who speaks before it is asked is noticed at once; who waits, leaves or is sent away is not", async () => {
  const { client, wire } = await pair();
  const began = performance.now();
  assert.equal(await wire.speaksWithin(150), false);
  assert.ok(performance.now() - began > 140);
  setTimeout(() => client.write("EHLO"), 50);
  assert.equal(await wire.speaksWithin(10_000), true);
  assert.equal(await wire.speaksWithin(0), true);
  const leaving = await pair();
  leaving.client.end();
  assert.equal(await leaving.wire.speaksWithin(10_000), false);
  const stopped = await pair();
  setTimeout(() => stopped.wire.shutDown(), 50);
  assert.equal(await stopped.wire.speaksWithin(10_000), false);
});

/** Lets a client push until it is stuck; how many octets that took, most of them held by the system. */
async function pushUntilStuck(client: Socket): Promise<number> {
  const piece = new Uint8Array(65_536);
  for (let sent = 0; sent < 400_000_000; sent += piece.length) {
    if (client.write(piece)) continue;
    const drained = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => drained.resolve(false), 700);
    client.once("drain", () => drained.resolve(true));
    const going = await drained.promise;
    clearTimeout(timer);
    if (!going) return sent;
  }
  return Infinity;
}

for (const kind of ["plain text", "TLS"] as const) {
  test(`${kind}: a client that is not read is held back, and nothing of what it sent is lost`, async () => {
    const go = Promise.withResolvers<void>();
    const done = Promise.withResolvers<number>();
    let taken = () => 0;
    const port = await serve(async (wire, socket) => {
      taken = () => socket.bytesRead;
      if (kind === "TLS") await wire.secure(upgrade, 5000, "handOver");
      await go.promise;
      let octets = 0;
      for (let received = await wire.receive(5000); received.kind === "chunk"; received = await wire.receive(5000)) {
        octets += received.chunk.length;
      }
      done.resolve(octets);
    });
    const before = memoryUsage().rss;
    const client = kind === "TLS" ? (await connectAfter(port, "")).client : connectPlain(port, "127.0.0.1");
    const sent = await pushUntilStuck(client);
    assert.notEqual(sent, Infinity);
    // How much the system holds is its own affair: 36 MB for each connection, if it is set so.
    const held = taken();
    assert.ok(held > 0 && held < 1_000_000, `${held} octets`);
    assert.ok(memoryUsage().rss - before < 100_000_000);
    go.resolve();
    client.end();
    // What did not fit was kept by the client.
    assert.ok(await done.promise >= sent);
  });

  test(`${kind}: a client that does not read our replies is dropped after its time`, async () => {
    const ended = Promise.withResolvers<string>();
    const port = await serve(async (wire) => {
      if (kind === "TLS") await wire.secure(upgrade, 5000, "handOver");
      const lines = Array<string>(100).fill("x".repeat(400));
      // Replies of 400 MB: what the system's buffers hold is its own affair.
      for (let said = 0; said < 10_000; said++) {
        wire.say({ code: 250, lines });
        if (!await wire.flush()) return ended.resolve("dropped");
        // Else nothing but promises is served, and the socket never gets anywhere.
        await new Promise((resolve) => setImmediate(resolve));
      }
      ended.resolve("all was said");
    }, 300);
    if (kind === "TLS") (await connectAfter(port, "")).hold();
    else connectPlain(port, "127.0.0.1").on("error", () => {});
    assert.equal(await ended.promise, "dropped");
  });

  test(`${kind}: a client that closes its side still gets its reply`, async () => {
    const port = await serve(async (wire) => {
      if (kind === "TLS") await wire.secure(upgrade, 5000, "handOver");
      assert.deepEqual(await wire.hear(5000, false), { kind: "line", text: "QUIT" });
      assert.deepEqual(await wire.hear(5000, false), { kind: "gone" });
      wire.say({ code: 250, lines: ["fine"] });
    });
    const where = { port, host: "127.0.0.1", allowHalfOpen: true };
    const client = kind === "TLS" ? connectTls({ ...where, rejectUnauthorized: false }) : connectPlain(where);
    let got = "";
    client.on("data", (chunk: Uint8Array) => got += text(chunk));
    client.end("QUIT\r\n");
    await new Promise((resolve) => client.once("close", resolve));
    assert.equal(got, "250 fine\r\n");
  });
}
