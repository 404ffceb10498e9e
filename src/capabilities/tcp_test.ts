// The capability `tcp` against real servers on this machine.

import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { callWith, outcomeOf } from "../../test/support/capability_calls.ts";
import { eventually } from "../../test/support/eventually.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import type { CallContext } from "./capability.ts";
import { TcpCapability } from "./tcp.ts";

const tcp = new TcpCapability({
  lookup: async (host) => {
    if (host === "never.test") return await new Promise(() => {});
    return host === "inside.test" ? ["127.0.0.1"] : [];
  },
});

const sockets = new Set<Socket>();
let [port, path, closed] = [0, "", 0];
let server: Server;
let unixServer: Server;

/** Lines are commands: `echo text`, `pieces a b c`, `last text`, `reset`, `flood`, `deaf`. */
function serve(socket: Socket): void {
  sockets.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => closed++);
  let rest = "";
  socket.on("data", (piece) => {
    const lines = (rest + String(piece)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) void obey(socket, line);
  });
}

async function obey(socket: Socket, line: string): Promise<void> {
  const [word, ...words] = line.split(" ");
  if (word === "echo") socket.write(`${words.join(" ")}\r\n`);
  if (word === "last") socket.end(words.join(" "));
  if (word === "reset") socket.resetAndDestroy();
  if (word === "deaf") socket.pause();
  if (word === "pieces") {
    for (const each of words) {
      socket.write(each);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  if (word === "flood") {
    const piece = Buffer.alloc(65_536, "x");
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
      socket.once("drain", more);
    };
    more();
  }
}

before(async () => {
  server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  path = join(folder, "s.sock");
  unixServer = createServer(serve);
  await new Promise<void>((resolve) => unixServer.listen(path, resolve));
});

const folder = temporaryFolder();

after(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
  unixServer.close();
});

/** A conversation: requests without their connection, which is that of the `open` before them. */
class Talk {
  readonly controller: AbortController = new AbortController();
  readonly call: CallContext;
  #connection = 0;

  constructor(scopes: readonly string[] = ["127.0.0.1:*"]) {
    this.call = callWith(scopes, { signal: this.controller.signal });
  }

  async open(to = `127.0.0.1:${port}`): Promise<unknown> {
    const value = outcomeOf(await tcp.fulfil({ do: "open", to }, this.call));
    if (typeof value === "object") this.#connection = (value as { connection: number }).connection;
    return value;
  }

  async write(text: string): Promise<unknown> {
    return await this.ask({ do: "write", text });
  }

  async read(wanted: object = {}): Promise<unknown> {
    return await this.ask({ do: "read", timeout: 2000, ...wanted });
  }

  async ask(request: object): Promise<unknown> {
    return outcomeOf(await tcp.fulfil({ connection: this.#connection, ...request }, this.call));
  }
}

async function opened(to = `127.0.0.1:${port}`): Promise<Talk> {
  const talk = new Talk([to]);
  assert.deepEqual(await talk.open(to), { connection: 1 });
  return talk;
}

test("write and read lines", async () => {
  const talk = await opened();
  assert.equal(await talk.write("echo one\necho two\n"), null);
  assert.deepEqual(await talk.read({ until: "\n" }), { text: "one\r\n", end: false });
  assert.deepEqual(await talk.read({ until: "\r\n" }), { text: "two\r\n", end: false });
  assert.equal(await talk.ask({ do: "close" }), null);
  assert.equal(await talk.write("echo three\n"), "badRequest");
});

test("a delimiter is found across pieces", async () => {
  const talk = await opened();
  await talk.write("pieces a END EN D ENDx\n");
  assert.deepEqual(await talk.read({ until: "END" }), { text: "aEND", end: false });
  assert.deepEqual(await talk.read({ until: "END" }), { text: "END", end: false });
  assert.deepEqual(await talk.read({ until: "END" }), { text: "END", end: false });
});

test("a number of octets is waited for, and octets come as base64", async () => {
  const talk = await opened();
  assert.equal(await talk.ask({ do: "write", base64: Buffer.from("pieces ab cd ef\n").toString("base64") }), null);
  assert.deepEqual(await talk.read({ octets: 5, as: "base64" }), { base64: "YWJjZGU=", end: false });
  assert.deepEqual(await talk.read(), { text: "f", end: false });
});

test("what the peer sent before it closed is read, and then the end", async () => {
  for (const wanted of [{ until: "\n" }, { octets: 100 }, {}]) {
    const talk = await opened();
    await talk.write("last words\n");
    assert.deepEqual(withoutEnd(await talk.read(wanted)), { text: "words" });
    assert.deepEqual(await talk.read(wanted), { text: "", end: true });
  }
});

/** Whether the end is known together with the last octets depends on how they came. */
function withoutEnd(value: unknown): unknown {
  const { end: _, ...rest } = value as { end: boolean };
  return rest;
}

test("a delimiter that is too far off is refused, and nothing is lost", async () => {
  const talk = await opened();
  await talk.write("echo 12345678\n");
  assert.equal(await talk.read({ until: "\n", most: 5 }), "tooLarge");
  assert.deepEqual(await talk.read({ until: "\n", most: 10 }), { text: "12345678\r\n", end: false });
});

test("a wait has an end, and what comes later is not lost", async () => {
  const talk = await opened();
  assert.equal(await talk.read({ until: "\n", timeout: 50 }), "timeout");
  await talk.write("echo late\n");
  assert.deepEqual(await talk.read({ until: "\n" }), { text: "late\r\n", end: false });
});

test("a connection that breaks is told", async () => {
  const talk = await opened();
  await talk.write("reset\n");
  const value = await talk.read();
  // Some systems tell a reset as an end.
  assert.ok(value === "connection" || (value as { end?: boolean }).end === true, JSON.stringify(value));
});

/** Whether what the last peer has sent grows no more: for half a second, and ten looks. */
async function floodStands(): Promise<boolean> {
  const [socket] = [...sockets].slice(-1);
  const before = socket?.bytesWritten ?? 0;
  for (let looks = 0; looks < 10; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (socket?.bytesWritten !== before || before === 0) return false;
  }
  return true;
}

test("a peer that floods is held back", async () => {
  // Of a Unix socket the system holds little, of a TCP connection as much as it is set to.
  const talk = await opened(`unix:${path}`);
  await talk.write("flood\n");
  await eventually(() => "no flood", () => floodStands() || undefined);
  const [socket] = [...sockets].slice(-1);
  const before = socket?.bytesWritten ?? 0;
  assert.ok(before > 0 && before < 20_000_000, String(before));
  const value = await talk.read({ octets: 1_048_576 }) as { text: string };
  assert.equal(value.text.length, 1_048_576);
  assert.equal(await talk.read({ until: "\n", most: 1000 }), "tooLarge");
  talk.controller.abort();
});

test("a peer that does not read holds up the writer until the time is over, and the connection with it", async () => {
  const talk = await opened();
  await talk.write("deaf\n");
  const text = "x".repeat(262_144);
  let end: unknown = null;
  // As much as 500 MB: what the system's buffers hold is its own affair.
  for (let i = 0; i < 2000 && end === null; i++) end = await talk.ask({ do: "write", text, timeout: 200 });
  assert.equal(end, "timeout");
  assert.equal(await talk.write("x"), "connection");
});

test("many writes leave nothing behind", async () => {
  const warnings: unknown[] = [];
  const warn = (warning: unknown): unknown => warnings.push(warning);
  process.on("warning", warn);
  const talk = await opened();
  for (let i = 0; i < 30; i++) {
    await talk.write("echo x\n");
    await talk.read({ until: "\n" });
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("warning", warn);
  assert.deepEqual(warnings, []);
});

test("a unix socket", async () => {
  const talk = new Talk([`unix:${path}`]);
  assert.deepEqual(await talk.open(`unix:${path}`), { connection: 1 });
  await talk.write("echo hello\n");
  assert.deepEqual(await talk.read({ until: "\n" }), { text: "hello\r\n", end: false });
  assert.equal(await new Talk([`unix:${path}`]).open(`unix:${path}x`), "notGranted");
  assert.equal(await new Talk(["unix:/*"]).open(`unix:${path}x`), "connection");
});

test("four connections at most, each with a number of its own", async () => {
  const talk = new Talk();
  for (const connection of [1, 2, 3, 4]) assert.deepEqual(await talk.open(), { connection });
  assert.equal(await talk.open(), "tooMany");
  assert.equal(await talk.ask({ do: "close", connection: 2 }), null);
  assert.deepEqual(await talk.open(), { connection: 5 });
  assert.equal(await talk.ask({ do: "read", connection: 2 }), "badRequest");
});

test("the end of the call ends its connections and waits, and another call cannot use them", async () => {
  const talk = await opened();
  assert.equal(outcomeOf(await tcp.fulfil({ do: "read", connection: 1 }, new Talk().call)), "badRequest");
  const before = closed;
  const waiting = talk.read({ until: "\n" });
  talk.controller.abort();
  assert.equal(await waiting, "aborted");
  await eventually(() => "the connection stays open", () => closed > before || undefined, 5000);
  assert.equal(await talk.write("echo x\n"), "badRequest");
  assert.equal(await talk.open(), "aborted");
});

const refusals: readonly (readonly [request: object, scopes: readonly string[], code: string])[] = [
  [{}, ["*"], "badRequest"],
  [{ do: "listen" }, ["*"], "badRequest"],
  [{ do: "open" }, ["*"], "badRequest"],
  [{ do: "open", to: "127.0.0.1" }, ["*"], "badRequest"],
  [{ do: "open", to: "127.0.0.1:25", timeout: 60_001 }, ["*"], "badRequest"],
  [{ do: "write", connection: 1 }, ["*"], "badRequest"],
  [{ do: "write", connection: 1, text: "x".repeat(262_145) }, ["*"], "badRequest"],
  [{ do: "write", connection: 1, base64: "?" }, ["*"], "badRequest"],
  [{ do: "read", connection: 1, until: "x".repeat(65) }, ["*"], "badRequest"],
  [{ do: "read", connection: 1, octets: 1_048_577 }, ["*"], "badRequest"],
  [{ do: "read", connection: 1, octets: 1, until: "x" }, ["*"], "badRequest"],
  [{ do: "close", connection: "1" }, ["*"], "badRequest"],
  [{ do: "open", to: "127.0.0.1:25" }, [], "notGranted"],
  [{ do: "open", to: "127.0.0.1:25" }, ["127.0.0.1:26"], "notGranted"],
  [{ do: "open", to: "unix:/run/docker.sock" }, ["*:*"], "notGranted"],
  [{ do: "open", to: "127.0.0.1:25" }, ["*"], "privateAddress"],
  [{ do: "open", to: "127.0.0.1:25" }, ["*:25"], "privateAddress"],
  [{ do: "open", to: "[::ffff:127.0.0.1]:25" }, ["127.0.0.1:25", "*:25"], "privateAddress"],
  [{ do: "open", to: "localhost:25" }, ["*:25"], "privateAddress"],
  [{ do: "open", to: "inside.test:25" }, ["inside.test:25"], "privateAddress"],
  [{ do: "open", to: "nobody.test:25" }, ["*:25"], "unresolved"],
  [{ do: "open", to: "never.test:25", timeout: 50 }, ["*:25"], "timeout"],
  [{ do: "open", to: "127.0.0.1:1" }, ["127.0.0.1:*"], "connection"],
  [{ do: "read", connection: 7 }, ["*"], "badRequest"],
];

for (const [request, scopes, code] of refusals) {
  test(`${code}: ${JSON.stringify(request).slice(0, 70)} with ${scopes.join() || "nothing"}`, async () => {
    assert.equal(outcomeOf(await tcp.fulfil(request, callWith(scopes))), code);
  });
}

test("localhost is reached where a scope names it", async () => {
  const talk = new Talk(["localhost:*"]);
  assert.deepEqual(await talk.open(`localhost:${port}`), { connection: 1 });
});

test("a socket of this machine has no name to prove", async () => {
  const talk = new Talk([`unix:${path}`]);
  assert.deepEqual(await talk.open(`unix:${path}`), { connection: 1 });
  assert.equal(await talk.ask({ do: "secure" }), "badRequest");
});
