// Clients that come before the server is ready wait, and are served then.

import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { freePort } from "../../test/support/loopback_port.ts";
import { bindEarly, type EarlyListeners } from "./early_listeners.ts";

const address = { host: "127.0.0.1", port: 0 };

async function bound(): Promise<EarlyListeners> {
  const early = await bindEarly([address]);
  assert.equal(early.kind, "bound");
  return early.kind === "bound" ? early.listeners : assert.fail();
}

/** Everything the server says until it closes. */
function heard(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (chunk: Uint8Array) => text += new TextDecoder().decode(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}

function greet(socket: Socket): void {
  socket.on("error", () => {});
  socket.end("hello");
}

test("who waits is served first, and who comes later as well", async () => {
  const taken = { host: "127.0.0.1", port: await freePort() };
  const early = await bindEarly([taken]);
  assert.ok(early.kind === "bound");
  const waiting = heard(taken.port);
  const gone = connect(taken.port, "127.0.0.1");
  await new Promise((resolve) => gone.once("connect", resolve));
  gone.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const listening = await early.listeners.listen(taken, greet);
  assert.ok(listening.kind === "listening");
  assert.equal(listening.listener.address.port, taken.port);
  assert.equal(await waiting, "hello");
  assert.equal(await heard(taken.port), "hello");
  early.listeners.close();
  assert.equal(await heard(taken.port), "hello", "who has taken over keeps listening");
  listening.listener.close();
});

test("what nobody takes over is closed", async () => {
  const taken = { host: "127.0.0.1", port: await freePort() };
  const early = await bindEarly([taken]);
  assert.ok(early.kind === "bound");
  early.listeners.close();
  await assert.rejects(heard(taken.port));
});

test("all addresses are bound, or none", async () => {
  const held = await bound();
  const listening = await held.listen(address, greet);
  assert.ok(listening.kind === "listening");
  const free = { host: "127.0.0.1", port: await freePort() };
  const early = await bindEarly([free, listening.listener.address]);
  assert.equal(early.kind, "failed");
  assert.match(early.kind === "failed" ? early.problems.join() : "", /the port is in use/);
  await assert.rejects(heard(free.port));
  listening.listener.close();
});
