import assert from "node:assert/strict";
import { test } from "node:test";
import type { Asked } from "../../sdk/contract/event.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { type Serving, serving } from "../../test/support/served.ts";
import { sendMessage } from "../../test/support/smtp_peer.ts";
import { untrusted } from "../smtp/session.ts";

const trusting: Serving["manners"] = { trustOf: () => ({ ...untrusted, xclient: true, xforward: true }) };
const path = { reversePath: "a@example.org", forwardPaths: ["b@example.net"] };

function watching(
  hook: "connect" | "mail" | "disconnect",
  seen: Asked["session"][],
): NonNullable<Serving["plugins"]>[number] {
  return nativePlugin(`see ${hook}`, {
    [hook]: (event: Asked) => {
      seen.push(event.session);
      return { verdict: "pass" };
    },
  });
}

test("XCLIENT: the client that is told of is judged and greeted anew", async () => {
  const [connected, mailed]: [Asked["session"][], Asked["session"][]] = [[], []];
  const plugins = [watching("connect", connected), watching("mail", mailed), acceptAll];
  await serving({ plugins, manners: trusting }, async ({ greet, delivered }) => {
    const peer = await greet();
    assert.match(await peer.ask("XCLIENT ADDR=192.0.2.7 NAME=told.example PORT=4711"), /^220 mx\.test ESMTP /);
    assert.deepEqual(connected.map(({ client }) => client.address), ["127.0.0.1", "192.0.2.7"]);
    assert.equal(connected[1]?.clientName, "told.example");
    assert.equal(connected[1]?.client.port, 4711);
    assert.equal(await peer.ask("MAIL FROM:<a@example.org>"), "503 5.5.1 Send EHLO or HELO first");
    await peer.ask("EHLO inner.test");
    assert.match(await sendMessage(peer, path, "Subject: x\r\n\r\ntext"), /^250 /);
    assert.equal(mailed[0]?.client.address, "192.0.2.7");
    assert.match(delivered[0]?.text ?? "", /^Received: from inner\.test \([^)]*192\.0\.2\.7/);
  });
});

test("XCLIENT: a client that the plugins would not have is refused in the place of the greeting", async () => {
  const plugin = nativePlugin("door", {
    connect: ({ session }) =>
      session.client.address === "192.0.2.7" ? { verdict: "reject", text: "Not you" } : { verdict: "pass" },
  });
  await serving({ plugins: [plugin], manners: trusting }, async ({ greet }) => {
    const peer = await greet();
    assert.match(await peer.ask("XCLIENT ADDR=192.0.2.7"), /^554 (?:5\.\d\.\d )?Not you$/);
    await peer.closed();
  });
});

test("XCLIENT: LOGIN is an identity, and a new hello does not make it another", async () => {
  const mailed: Asked["session"][] = [];
  await serving({ plugins: [watching("mail", mailed)], manners: trusting }, async ({ greet }) => {
    const peer = await greet();
    await peer.ask("XCLIENT ADDR=192.0.2.7 LOGIN=jo");
    await peer.ask("EHLO inner.test");
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
    assert.equal(mailed[0]?.user, "jo");
  });
});

const strange = [
  ["XCLIENT", /^501 5\.5\.4 XCLIENT: /],
  ["XCLIENT COLOUR=red", /^501 5\.5\.4 XCLIENT: COLOUR /],
  ["XCLIENT ADDR=nowhere", /^501 5\.5\.4 XCLIENT: ADDR /],
  ["XFORWARD", /^501 5\.5\.4 XFORWARD: /],
  ["XFORWARD COLOUR=red", /^501 5\.5\.4 XFORWARD: COLOUR /],
] as const;
test("XCLIENT and XFORWARD: what is malformed changes nothing", async () => {
  const connected: Asked["session"][] = [];
  await serving({ plugins: [watching("connect", connected)], manners: trusting }, async ({ greet }) => {
    const peer = await greet();
    for (const [line, reply] of strange) assert.match(await peer.ask(line), reply, line);
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
    assert.equal(connected.length, 1);
  });
});

test("XCLIENT and XFORWARD are refused within a transaction", async () => {
  await serving({ manners: trusting }, async ({ greet }) => {
    const peer = await greet();
    await peer.ask("MAIL FROM:<a@example.org>");
    assert.match(await peer.ask("XCLIENT ADDR=192.0.2.7"), /^503 5\.5\.1 /);
    assert.match(await peer.ask("XFORWARD ADDR=192.0.2.7"), /^503 5\.5\.1 /);
  });
});

test("XCLIENT and XFORWARD are there for listed clients alone", async () => {
  await serving({}, async ({ connect }) => {
    const peer = await connect();
    assert.doesNotMatch(await peer.ask("EHLO client.test"), /XCLIENT|XFORWARD/);
    assert.match(await peer.ask("XCLIENT ADDR=192.0.2.7"), /^502 5\.5\.1 /);
    assert.match(await peer.ask("XFORWARD ADDR=192.0.2.7"), /^502 5\.5\.1 /);
  });
  await serving({ manners: trusting }, async ({ connect }) => {
    const peer = await connect();
    assert.match(await peer.ask("EHLO client.test"), /\n250-XCLIENT [^\n]*ADDR[^]*\n250-XFORWARD [^\n]*ADDR/);
  });
});

test("XCLIENT: the leave is that of the server at the other end, and stays whoever it speaks for", async () => {
  const trustOf = (address: string): typeof untrusted => ({ ...untrusted, xclient: address === "127.0.0.1" });
  await serving({ manners: { trustOf } }, async ({ greet }) => {
    const peer = await greet();
    assert.match(await peer.ask("XCLIENT ADDR=192.0.2.7"), /^220 /);
    assert.match(await peer.ask("EHLO inner.test"), /\n250-XCLIENT /);
    assert.match(await peer.ask("XCLIENT ADDR=192.0.2.8"), /^220 /);
  });
});

test("XFORWARD: what it tells is in the events of the next transaction, and gone with it", async () => {
  const mailed: Asked["session"][] = [];
  await serving({ plugins: [watching("mail", mailed), acceptAll], manners: trusting }, async ({ greet, delivered }) => {
    const peer = await greet();
    assert.equal(await peer.ask("XFORWARD NAME=far.example ADDR=192.0.2.9"), "250 2.0.0 OK");
    assert.equal(await peer.ask("XFORWARD HELO=helo.example PROTO=ESMTP"), "250 2.0.0 OK");
    assert.match(await sendMessage(peer, path, "Subject: x\r\n\r\ntext"), /^250 /);
    assert.deepEqual(mailed[0]?.forwarded, {
      ...{ name: "far.example", address: "192.0.2.9", hello: "helo.example", protocol: "ESMTP" },
    });
    assert.equal(mailed[0]?.client.address, "127.0.0.1");
    assert.match(delivered[0]?.text ?? "", /^Received: from client\.test \([^)]*127\.0\.0\.1/);
    await peer.ask("MAIL FROM:<a@example.org>");
    assert.equal(mailed[1]?.forwarded, undefined);
  });
});
