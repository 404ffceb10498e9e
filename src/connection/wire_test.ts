// One client over a real socket, in plain text and behind TLS.

import assert from "node:assert/strict";
import { type AddressInfo, connect as connectPlain, createServer, type Socket } from "node:net";
import { memoryUsage } from "node:process";
import { after, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { sClient } from "../../test/support/openssl.ts";
import { openAcceptor } from "../tls/acceptor.ts";
import { type Unread, Wire } from "./wire.ts";

const { upgrade } = openAcceptor({
  identities: [{ chain: apiCertificate.cert, key: apiCertificate.key, der: new Uint8Array(), names: ["api.test"] }],
  minimum: "TLSv1.2",
  clientCertificates: "off",
});

const ready = { code: 220, lines: ["ready"] } as const;
const fine = { code: 250, lines: ["fine"] } as const;

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function text(octets: Uint8Array): string {
  return new TextDecoder("latin1").decode(octets);
}

/** Serves each client by `talk`; its port. */
async function serve(talk: (wire: Wire, socket: Socket) => Promise<unknown>, writeWithin = 5000): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    const wire = new Wire(socket, writeWithin);
    void talk(wire, socket).finally(() => wire.close());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A client, and the wire that serves it. */
async function pair(): Promise<{ readonly client: Socket; readonly wire: Wire }> {
  const accepted = Promise.withResolvers<Wire>();
  const over = Promise.withResolvers<void>();
  const port = await serve((wire) => {
    accepted.resolve(wire);
    return over.promise;
  });
  const client = connectPlain({ port, host: "127.0.0.1", noDelay: true });
  client.on("error", () => {});
  after(() => {
    client.destroy();
    over.resolve();
  });
  return { client, wire: await accepted.promise };
}

/** A client that sends `before` in plain text, together with the first octets of its handshake. */
function connectAfter(port: number, before: string): Promise<Socket> {
  const relay = createServer((client) => {
    relay.close();
    const up = connectPlain(port, "127.0.0.1");
    up.on("error", () => {});
    client.on("error", () => {});
    client.once("data", (hello: Uint8Array) => {
      up.write(Buffer.concat([Buffer.from(before, "latin1"), hello]));
      client.pipe(up).pipe(client);
    });
  });
  return new Promise((resolve, reject) => {
    relay.listen(0, "127.0.0.1", () => {
      const { port: through } = relay.address() as AddressInfo;
      const client = connectTls({ port: through, host: "127.0.0.1", rejectUnauthorized: false });
      client.once("secureConnect", () => resolve(client));
      client.on("error", reject);
      after(() => void client.destroy());
    });
  });
}

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

/** As a session does it: greets, takes STARTTLS, upgrades, greets again and repeats lines. */
async function repeat(
  wire: Wire,
  unread: Unread = "discard",
  lines: string[] = [],
  noted: number[] = [],
): Promise<void> {
  wire.say({ code: 220, lines: ["hello"] });
  for (;;) {
    const heard = await wire.hear(5000, false);
    if (heard.kind !== "line" || heard.text === "QUIT") return;
    lines.push(heard.text);
    if (heard.text !== "STARTTLS") {
      wire.say({ code: 250, lines: [heard.text] });
      continue;
    }
    wire.say(ready);
    const secured = await wire.secure(upgrade, 5000, unread);
    noted.push(secured.discarded);
    if (secured.kind === "failed") return;
  }
}

test("after STARTTLS everything works as before, with openssl as the client", async () => {
  const lines: string[] = [];
  const noted: number[] = [];
  const port = await serve((wire) => repeat(wire, "discard", lines, noted));
  const { stdout } = await sClient(port, ["-starttls", "smtp", "-servername", "api.test"], "RSET\r\nnoop\r\nQUIT\r\n");
  assert.match(stdout, /250 RSET\r\n250 noop/);
  assert.deepEqual(lines.filter((line) => !line.startsWith("EHLO")), ["STARTTLS", "RSET", "noop"]);
  assert.deepEqual(noted, [0]);
});

test("commands that were smuggled in behind STARTTLS are dropped and counted (CVE-2011-0411)", async () => {
  const injected = "MAIL FROM:<evil@x.test>\r\nRCPT TO:<y@x.test>\r\n";
  const lines: string[] = [];
  const noted: number[] = [];
  const port = await serve((wire) => repeat(wire, "discard", lines, noted));
  const client = connectPlain(port, "127.0.0.1", () => client.write(`STARTTLS\r\n${injected}half a li`));
  await new Promise<void>((resolve) => {
    let got = "";
    client.on("data", (chunk: Uint8Array) => {
      got += text(chunk);
      if (got.includes("220 ready\r\n")) resolve();
    });
  });
  client.removeAllListeners("data");
  const secure = connectTls({ socket: client, rejectUnauthorized: false });
  secure.on("error", () => {});
  await new Promise<void>((resolve) => secure.once("secureConnect", resolve));
  secure.write("NOOP\r\n");
  const [answer] = await new Promise<[Uint8Array]>((resolve) => secure.once("data", (chunk) => resolve([chunk])));
  assert.equal(text(answer), "250 NOOP\r\n");
  assert.deepEqual(lines, ["STARTTLS", "NOOP"]);
  assert.deepEqual(noted, [injected.length + "half a li".length]);
  client.destroy();
});

test("what comes in plain text after 220 breaks the handshake, and is not executed", async () => {
  const lines: string[] = [];
  const port = await serve((wire) => repeat(wire, "discard", lines));
  const client = connectPlain(port, "127.0.0.1", () => client.write("STARTTLS\r\n"));
  client.on("error", () => {});
  client.on("data", (chunk: Uint8Array) => {
    if (text(chunk).includes("220 ready")) client.write("MAIL FROM:<evil@x.test>\r\nQUIT\r\n");
  });
  await new Promise((resolve) => client.once("close", resolve));
  assert.deepEqual(lines, ["STARTTLS"]);
});

test("implicit TLS: the handshake comes first, and what came behind a header of a proxy belongs to it", async () => {
  for (const header of ["", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"]) {
    const port = await serve(async (wire) => {
      if (header !== "") {
        await wire.peek(header.length, 2000);
        assert.equal(text(wire.take(header.length)), header);
      }
      const secured = await wire.secure(upgrade, 5000, "handOver");
      assert.ok(secured.kind === "secured", JSON.stringify(secured));
      assert.equal(secured.discarded, 0);
      await repeat(wire);
    });
    const client = await connectAfter(port, header);
    let got = "";
    client.on("data", (chunk: Uint8Array) => got += text(chunk));
    client.write("NOOP\r\n");
    while (!got.includes("250 NOOP\r\n")) await wait(10);
    assert.equal(got, "220 hello\r\n250 NOOP\r\n");
  }
});

test("a client that never begins the handshake is gone after its time; so is one when the wire is destroyed", async () => {
  for (const destroyed of [false, true]) {
    const result = Promise.withResolvers<string>();
    const port = await serve(async (wire) => {
      wire.say(ready);
      if (destroyed) setTimeout(() => wire.destroy(), 100);
      const secured = await wire.secure(upgrade, destroyed ? 10_000 : 100, "discard");
      assert.deepEqual(await wire.hear(1000, true), { kind: "gone" });
      result.resolve(secured.kind === "failed" ? secured.reason : "secured");
    });
    const client = connectPlain(port, "127.0.0.1");
    client.on("error", () => {}).resume();
    await new Promise((resolve) => client.once("close", resolve));
    assert.match(await result.promise, destroyed ? /gone/ : /in time/);
  }
});

test("a shutdown during the handshake is heard after it", async () => {
  const heard = Promise.withResolvers<unknown>();
  const port = await serve(async (wire) => {
    wire.say(ready);
    const securing = wire.secure(upgrade, 5000, "discard");
    wire.shutDown();
    await securing;
    heard.resolve(await wire.hear(5000, true));
  });
  const client = connectPlain(port, "127.0.0.1");
  client.once("data", () => connectTls({ socket: client, rejectUnauthorized: false }).on("error", () => {}));
  assert.deepEqual(await heard.promise, { kind: "interrupted" });
  client.destroy();
});

/** Lets a client push until it is stuck; how many octets that took. */
async function pushUntilStuck(client: Socket): Promise<number> {
  const piece = new Uint8Array(65_536);
  for (let sent = 0; sent < 100_000_000; sent += piece.length) {
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
    const port = await serve(async (wire) => {
      if (kind === "TLS") await wire.secure(upgrade, 5000, "handOver");
      await go.promise;
      let octets = 0;
      for (let received = await wire.receive(5000); received.kind === "chunk"; received = await wire.receive(5000)) {
        octets += received.chunk.length;
      }
      done.resolve(octets);
    });
    const before = memoryUsage().rss;
    const client = kind === "TLS" ? await connectAfter(port, "") : connectPlain(port, "127.0.0.1");
    const sent = await pushUntilStuck(client);
    assert.ok(sent < 40_000_000, `${sent} octets`);
    assert.ok(memoryUsage().rss - before < 100_000_000);
    go.resolve();
    client.end();
    // What did not fit was kept by the client.
    assert.ok(await done.promise >= sent);
  });

  test(`${kind}: a client that does not read our replies is dropped after its time`, async () => {
    const ended = Promise.withResolvers<number>();
    const port = await serve(async (wire) => {
      if (kind === "TLS") await wire.secure(upgrade, 5000, "handOver");
      let said = 0;
      for (const lines = Array<string>(100).fill("x".repeat(400));; said++) {
        wire.say({ code: 250, lines });
        if (!await wire.flush()) break;
        // Else nothing but promises is served, and the socket never gets anywhere.
        await new Promise((resolve) => setImmediate(resolve));
        if (said > 5000) break;
      }
      ended.resolve(said);
    }, 300);
    const client = kind === "TLS" ? await connectAfter(port, "") : connectPlain(port, "127.0.0.1");
    client.on("error", () => {});
    assert.ok(await ended.promise < 1000);
    client.destroy();
  });

  test(`${kind}: a client that closes its side still gets its reply`, async () => {
    const port = await serve(async (wire) => {
      if (kind === "TLS") await wire.secure(upgrade, 5000, "handOver");
      assert.deepEqual(await wire.hear(5000, false), { kind: "line", text: "QUIT" });
      assert.deepEqual(await wire.hear(5000, false), { kind: "gone" });
      wire.say(fine);
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
