// The change to TLS in the middle of a conversation, and at its beginning.

import assert from "node:assert/strict";
import { connect as connectPlain } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { sClient } from "../../test/support/openssl.ts";
import { connectAfter, serve, text, upgrade } from "../../test/support/wired.ts";
import type { Unread, Wire } from "./wire.ts";

const ready = { code: 220, lines: ["ready"] } as const;

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

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
      assert.ok(secured.kind === "secured", secured.kind === "failed" ? secured.reason : "");
      assert.equal(secured.discarded, 0);
      await repeat(wire);
    });
    const { client } = await connectAfter(port, header);
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
