import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import type { Asked } from "../../sdk/contract/event.ts";
import { certified } from "../../test/support/certified.ts";
import { eventually } from "../../test/support/eventually.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { awakeTime } from "../../test/support/own_time.ts";
import { ipv4Addresses, ipv6Addresses, joined, version2 } from "../../test/support/proxy_headers.ts";
import { type Serving, serving } from "../../test/support/served.ts";
import { connectPeer, connectTlsPeer, sendMessage } from "../../test/support/smtp_peer.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import type { Registered } from "../hooks/chains.ts";
import { untrusted } from "../smtp/session.ts";

const certificates = certified(temporaryFolder());
const upgrade = certificates.upgrade();
const implicit: Serving = { plugins: [acceptAll], upgrade, manners: { implicitTls: true }, offer: { tls: "implicit" } };
const path = { reversePath: "a@example.org", forwardPaths: ["b@example.net"] };

test("implicit TLS: the handshake comes before the greeting, and STARTTLS is not needed (RFC 8314 §3)", async () => {
  await serving(implicit, async ({ port, delivered }) => {
    const peer = await connectTlsPeer(port, { servername: "other.test" });
    assert.equal(peer.socket.getPeerCertificate().subject.CN, "other");
    assert.match(await peer.reply(), /^220 mx\.test ESMTP /);
    assert.doesNotMatch(await peer.ask("EHLO client.test"), /STARTTLS/);
    assert.equal(await peer.ask("STARTTLS"), "503 5.5.1 TLS is active already");
    assert.match(await sendMessage(peer, path, "Subject: x\r\n\r\ntext"), /^250 /);
    assert.match(delivered[0]?.text ?? "", /with ESMTPS\b/);
  });
});

test("implicit TLS: a client that speaks plain text is told nothing, and is gone", async () => {
  await serving(implicit, async ({ port, entries, leases }) => {
    const peer = await connectPeer(port);
    peer.send("EHLO client.test\r\n");
    await peer.closed();
    assert.doesNotMatch(peer.unread(), /\d{3}[ -]/);
    await eventually(() => "the lease stays", () => leases() === 0 || undefined, 4000);
    assert.equal(entries.filter((entry) => entry.startsWith("info turned away before the greeting")).length, 1);
  });
});

test("implicit TLS: a handshake that does not come in time ends the connection", async () => {
  const manners = { implicitTls: true, timeouts: { proxy: 5000, tls: 100 } };
  await serving({ ...implicit, manners }, async ({ port, entries }) => {
    const peer = await connectPeer(port);
    await peer.closed();
    assert.match(entries[0] ?? "", /did not finish the TLS handshake in time/);
  });
});

for (const octets of [0, 5, 100, 10_000]) {
  test(`implicit TLS: a client that closes after ${octets} octets of its hello is gone at once`, async () => {
    await serving(implicit, async ({ port, leases }) => {
      const peer = await connectPeer(port);
      peer.send((await clientHello()).subarray(0, octets));
      peer.socket.end();
      await eventually(() => "the lease stays", () => leases() === 0 || undefined, 4000);
    });
  });
}

/** What a client says first. */
function clientHello(): Promise<Uint8Array> {
  return new Promise((resolve) => {
    // What it says comes back to it, which it does not like.
    const wire = new PassThrough().once("data", resolve);
    connectTls({ socket: wire, rejectUnauthorized: false }).on("error", () => {});
  });
}

test("TLS: a client may close its side and still hear the replies to what it said, however long they take", async () => {
  const slow: Registered = {
    ...nativePlugin("slow", { ehlo: () => ({ verdict: "pass" }) }),
    call: () =>
      new Promise((resolve) => setTimeout(resolve, 50, { kind: "answered", answer: { verdict: "pass" }, micros: 0 })),
  };
  await serving({ ...implicit, plugins: [slow] }, async ({ port }) => {
    const peer = await connectTlsPeer(port);
    await peer.reply();
    peer.socket.end("EHLO client.test\r\n");
    assert.match(await peer.reply(), /^250-/);
  });
});

test("implicit TLS: plugins at connect know the client's certificate already", async () => {
  const seen: Asked["session"][] = [];
  await serving({ ...implicit, plugins: [seeing(seen)] }, async ({ port }) => {
    const peer = await connectTlsPeer(port, certificates.client);
    assert.match(await peer.reply(), /^220 /);
    assert.equal(seen[0]?.tls?.certificate?.verified, true);
    assert.deepEqual(seen[0]?.tls?.certificate?.names, ["client.test"]);
  });
});

test("implicit TLS: a client beyond a limit is dropped without a word, since a reply would break the handshake", async () => {
  await serving({ ...implicit, maxSessions: 0 }, async ({ port }) => {
    const peer = await connectPeer(port);
    await peer.closed();
    assert.equal(peer.unread(), "");
  });
});

function seeing(seen: Asked["session"][]): NonNullable<Serving["plugins"]>[number] {
  return nativePlugin("see", {
    connect: ({ session }) => {
      seen.push(session);
      return { verdict: "pass" };
    },
  });
}

const version1 = new TextEncoder().encode("PROXY TCP4 192.0.2.1 198.51.100.2 56324 25\r\n");
const client = { address: "192.0.2.1", port: 56324 };
const headers:
  readonly (readonly [what: string, header: Uint8Array, client: Asked["session"]["client"] | undefined])[] = [
    ["version 1", version1, client],
    ["version 2", version2(0x21, 0x11, ipv4Addresses), client],
    ["version 2, IPv6", version2(0x21, 0x21, ipv6Addresses), { address: "2001:db8::1", port: 56324 }],
    ["version 2, LOCAL: the ends of the connection count", version2(0x20, 0x00), undefined],
    ["version 1, UNKNOWN: the ends of the connection count", new TextEncoder().encode("PROXY UNKNOWN\r\n"), undefined],
  ];

for (const [what, header, expected] of headers) {
  test(`PROXY header, ${what}`, async () => {
    const seen: Asked["session"][] = [];
    await serving({ plugins: [seeing(seen)], manners: behindProxy }, async ({ port }) => {
      const peer = await connectPeer(port);
      peer.send(header);
      assert.match(await peer.reply(), /^220 /);
      assert.match(await peer.ask("EHLO client.test"), /^250-/);
      const local = { address: "127.0.0.1", port: peer.socket.localPort };
      assert.deepEqual(seen[0]?.client, expected ?? local);
      assert.deepEqual(seen[0]?.proxy, expected === undefined ? undefined : local);
      assert.equal(seen[0]?.server.port, expected === undefined ? port : 25);
    });
  });
}

const behindProxy: NonNullable<Serving["manners"]> = { proxy: true, isProxy: (address) => address === "127.0.0.1" };

test("PROXY header: it may come octet by octet", async () => {
  const seen: Asked["session"][] = [];
  await serving({ plugins: [seeing(seen)], manners: behindProxy }, async ({ port }) => {
    const peer = await connectPeer(port);
    for (const octet of version2(0x21, 0x11, ipv4Addresses)) {
      peer.send(Uint8Array.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.match(await peer.reply(), /^220 /);
    assert.deepEqual(seen[0]?.client, client);
  });
});

test("PROXY header: what comes right behind it is not lost, but was said before the greeting", async () => {
  const early: boolean[] = [];
  const plugin = nativePlugin("see", {
    connect: (event) => {
      early.push(event.early);
      return { verdict: "pass" };
    },
  });
  await serving({ plugins: [plugin], manners: behindProxy }, async ({ port }) => {
    const peer = await connectPeer(port);
    peer.send(joined(version1, new TextEncoder().encode("NOOP\r\n")));
    assert.match(await peer.reply(), /^220 /);
    assert.match(await peer.reply(), /^250 /);
    assert.deepEqual(early, [true]);
  });
});

const unwelcome: readonly (readonly [what: string, manners: Serving["manners"], said: string, why: RegExp])[] = [
  ["a peer that is not listed", { isProxy: () => false }, "PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n", /trust\.proxy/],
  ["none at all", {}, "EHLO client.test\r\n", /PROXY header/],
  ["one that is malformed", {}, "PROXY TCP4 192.0.2.1 nowhere 1 25\r\n", /PROXY header/],
  ["one that stops half-way", { timeouts: { proxy: 100, tls: 100 } }, "PROXY TCP4 192.0.2.1", /timedOut/],
];
for (const [what, manners, said, why] of unwelcome) {
  test(`PROXY header: ${what} ends the connection without a word`, async () => {
    await serving({ manners: { ...behindProxy, ...manners } }, async ({ port, entries, leases }) => {
      const peer = await connectPeer(port);
      peer.send(said);
      await peer.closed();
      assert.equal(peer.unread(), "");
      assert.match(entries[0] ?? "", /^info turned away before the greeting/);
      assert.match(entries[0] ?? "", why);
      await eventually(() => "the lease stays", () => leases() === 0 || undefined, 4000);
    });
  });
}

test("PROXY header: all of it must come in its time, however slowly octets keep coming", async () => {
  const manners = { ...behindProxy, timeouts: { proxy: 200, tls: 200 } };
  await serving({ manners }, async ({ port }) => {
    const peer = await connectPeer(port);
    const time = awakeTime();
    const dripping = setInterval(() => peer.send("P"), 30);
    await peer.closed();
    clearInterval(dripping);
    assert.ok(time() < 2000);
  });
});

test("PROXY header: trust and limits are those of the client, not of the proxy", async () => {
  const trustOf = (address: string): typeof untrusted => ({ ...untrusted, xclient: address === "192.0.2.1" });
  await serving({ manners: { ...behindProxy, trustOf }, perAddress: 1 }, async ({ port }) => {
    const first = await connectPeer(port);
    first.send(version1);
    await first.reply();
    assert.match(await first.ask("EHLO client.test"), /XCLIENT/);
    const same = await connectPeer(port);
    same.send(version1);
    assert.match(await same.reply(), /^421 Too many connections from your address/);
    const another = await connectPeer(port);
    another.send(version2(0x21, 0x21, ipv6Addresses));
    await another.reply();
    assert.doesNotMatch(await another.ask("EHLO client.test"), /XCLIENT/);
  });
});

test("PROXY header, then TLS: both before the greeting", async () => {
  const seen: Asked["session"][] = [];
  const options = { ...implicit, plugins: [seeing(seen)], manners: { ...behindProxy, implicitTls: true } };
  await serving(options, async ({ port }) => {
    const peer = await connectPeer(port);
    peer.send(version1);
    const secured = await peer.encrypt({ servername: "mx.test" });
    assert.match(await secured.reply(), /^220 /);
    assert.match(await secured.ask("EHLO client.test"), /^250-/);
    assert.deepEqual(seen[0]?.client, client);
    assert.equal(seen[0]?.tls?.serverName, "mx.test");
  });
});
