import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tls } from "../../sdk/contract/event.ts";
import { certified } from "../../test/support/certified.ts";
import { eventually } from "../../test/support/eventually.ts";
import { acceptAll, nativePlugin } from "../../test/support/native_plugin.ts";
import { type Served, type Serving, serving } from "../../test/support/served.ts";
import { sendMessage, type SmtpPeer, type TlsPeer } from "../../test/support/smtp_peer.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";

const certificates = certified(temporaryFolder());
const upgrade = certificates.upgrade();
const path = { reversePath: "a@example.org", forwardPaths: ["b@example.net"] };

const letsIn = nativePlugin("door", {
  auth: ({ password }) => password === "right" ? { verdict: "accept" } : { verdict: "pass" },
});
const loginAsJo = `AUTH PLAIN ${btoa("\0jo\0right")}`;

function offering({ offer, ...more }: Serving, talk: (served: Served) => Promise<void>): Promise<void> {
  return serving({ plugins: [acceptAll], upgrade, ...more, offer: { tls: "offered", ...offer } }, talk);
}

async function startTls(peer: SmtpPeer, options = {}): Promise<TlsPeer> {
  assert.equal(await peer.ask("STARTTLS"), "220 2.0.0 Go ahead with TLS");
  return await peer.encrypt(options);
}

test("STARTTLS: a message comes encrypted, and its trace says so (RFC 3207 §4, RFC 3848)", async () => {
  await offering({}, async ({ greet, delivered }) => {
    const peer = await startTls(await greet());
    assert.match(await peer.ask("EHLO client.test"), /^250-/);
    assert.match(await sendMessage(peer, path, "Subject: x\r\n\r\ntext"), /^250 /);
    assert.match(delivered[0]?.text ?? "", /^Received: [^]*?with ESMTPS\b/);
    assert.match(await peer.ask("QUIT"), /^221 /);
    await peer.closed();
  });
});

test("STARTTLS: what a third party put behind it is dropped, said in the log and never answered (CVE-2011-0411)", async () => {
  await offering({}, async ({ greet, logged }) => {
    const peer = await greet();
    peer.send("STARTTLS\r\nMAIL FROM:<attacker@example.org>\r\nRCPT TO:<victim@example.net>\r\n");
    assert.match(await peer.reply(), /^220 /);
    const secured = await peer.encrypt();
    await secured.ask("EHLO client.test");
    // Had MAIL been heard, this would be refused.
    assert.match(await secured.ask("MAIL FROM:<a@example.org>"), /^250 /);
    assert.equal(secured.unread(), "");
    assert.ok(logged.includes("warn dropped what came behind STARTTLS"));
  });
});

test("STARTTLS takes no argument", async () => {
  await offering({}, async ({ greet }) => {
    const peer = await greet();
    assert.equal(await peer.ask("STARTTLS now"), "501 5.5.4 STARTTLS takes no argument");
    assert.match(await peer.ask("NOOP"), /^250 /);
  });
});

test("STARTTLS: hello and identity of before are forgotten (RFC 3207 §4.2)", async () => {
  const offer = { mechanisms: ["PLAIN"], authWithoutTls: true } as const;
  await offering({ plugins: [acceptAll, letsIn], offer }, async ({ greet }) => {
    const plain = await greet();
    assert.match(await plain.ask(loginAsJo), /^235 /);
    assert.match(await plain.ask(loginAsJo), /^503 5\.5\.1 /);
    const peer = await startTls(plain);
    assert.equal(await peer.ask("MAIL FROM:<a@example.org>"), "503 5.5.1 Send EHLO or HELO first");
    assert.match(await peer.ask("EHLO client.test"), /\n250-AUTH PLAIN\n/);
    assert.match(await peer.ask(loginAsJo), /^235 /);
  });
});

test("STARTTLS is offered before, and neither offered nor taken after it", async () => {
  await offering({}, async ({ connect }) => {
    const plain = await connect();
    assert.match(await plain.ask("EHLO client.test"), /\n250-STARTTLS\n/);
    const peer = await startTls(plain);
    assert.doesNotMatch(await peer.ask("EHLO client.test"), /STARTTLS/);
    assert.equal(await peer.ask("STARTTLS"), "503 5.5.1 TLS is active already");
  });
});

test("STARTTLS is refused within a transaction, which goes on", async () => {
  await offering({}, async ({ greet }) => {
    const peer = await greet();
    await peer.ask("MAIL FROM:<a@example.org>");
    assert.equal(
      await peer.ask("STARTTLS"),
      "503 5.5.1 A transaction is open already, send RSET to give it up",
    );
    assert.match(await peer.ask("RCPT TO:<b@example.net>"), /^250 /);
  });
});

test("STARTTLS is no command of a listener without TLS", async () => {
  await serving({}, async ({ greet }) => {
    assert.match(await (await greet()).ask("STARTTLS"), /^502 5\.5\.1 /);
  });
});

test("tls required: before it only what leads to it or out (RFC 3207 §4)", async () => {
  const offer = { tls: "required", mechanisms: ["PLAIN"], authWithoutTls: true } as const;
  await offering({ plugins: [acceptAll, letsIn], offer }, async ({ greet }) => {
    const plain = await greet();
    for (const line of ["MAIL FROM:<a@example.org>", "VRFY someone"]) {
      assert.equal(await plain.ask(line), "530 5.7.0 Send STARTTLS first", line);
    }
    assert.match(await plain.ask(loginAsJo), /^53[08] 5\.7\.\d+ .*STARTTLS first/);
    for (const line of ["NOOP", "RSET", "EHLO again.test"]) assert.match(await plain.ask(line), /^250/, line);
    const peer = await startTls(plain);
    await peer.ask("EHLO client.test");
    assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
  });
});

function seeing(seen: (Tls | undefined)[]): NonNullable<Serving["plugins"]> {
  return [nativePlugin("see", {
    mail: ({ session }) => {
      seen.push(session.tls);
      return { verdict: "pass" };
    },
  })];
}

const shown = [
  ["a verified client certificate", certificates.client, { verified: true, issuer: "CN=authority" }],
  ["a certificate that nobody vouches for", certificates.stranger, { verified: false, issuer: "CN=client.test" }],
] as const;
for (const [what, options, expected] of shown) {
  test(`STARTTLS: ${what} is told to plugins as what it is`, async () => {
    const seen: (Tls | undefined)[] = [];
    await offering({ plugins: seeing(seen) }, async ({ greet }) => {
      const peer = await startTls(await greet(), options);
      await peer.ask("EHLO client.test");
      assert.match(await peer.ask("MAIL FROM:<a@example.org>"), /^250 /);
    });
    const certificate = seen[0]?.certificate;
    assert.deepEqual({ verified: certificate?.verified, issuer: certificate?.issuer }, expected);
    assert.deepEqual(certificate?.names, ["client.test"]);
    assert.deepEqual(certificate?.emails, ["jo@client.test"]);
    assert.match(certificate?.fingerprint ?? "", /^[0-9a-f]{64}$/);
  });
}

test("STARTTLS: the name that the client asks for chooses the certificate, and plugins are told it (RFC 6066 §3)", async () => {
  const seen: (Tls | undefined)[] = [];
  await offering({ plugins: seeing(seen) }, async ({ greet }) => {
    for (const [servername, subject] of [["mx.test", "mx"], ["other.test", "other"], ["unknown.test", "mx"]] as const) {
      const peer = await startTls(await greet(), { servername });
      assert.equal(peer.socket.getPeerCertificate().subject.CN, subject);
      await peer.ask("EHLO client.test");
      await peer.ask("MAIL FROM:<a@example.org>");
      assert.equal(seen.at(-1)?.serverName, servername);
      assert.equal(seen.at(-1)?.certificate, undefined);
    }
  });
});

test("STARTTLS: a client that speaks ALPN and a protocol of mail is told so, one that speaks HTTP is refused", async () => {
  const seen: (Tls | undefined)[] = [];
  await offering({ plugins: seeing(seen) }, async ({ greet }) => {
    const peer = await startTls(await greet(), { ALPNProtocols: ["smtp"] });
    await peer.ask("EHLO client.test");
    await peer.ask("MAIL FROM:<a@example.org>");
    assert.equal(seen[0]?.alpn, "smtp");
    await assert.rejects(startTls(await greet(), { ALPNProtocols: ["http/1.1"] }));
  });
});

const versions = ["TLSv1.2", "TLSv1.3"] as const;
for (const version of versions) {
  test(`STARTTLS: ${version} is spoken, and plugins are told`, async () => {
    const seen: (Tls | undefined)[] = [];
    await offering({ plugins: seeing(seen) }, async ({ greet }) => {
      const peer = await startTls(await greet(), { minVersion: version, maxVersion: version });
      await peer.ask("EHLO client.test");
      await peer.ask("MAIL FROM:<a@example.org>");
      assert.equal(seen[0]?.protocol, version);
    });
  });
}

test("STARTTLS: with TLSv1.3 as minimum, 1.2 is refused", async () => {
  await offering({ upgrade: certificates.upgrade({ minimum: "TLSv1.3" }) }, async ({ greet }) => {
    await assert.rejects(startTls(await greet(), { maxVersion: "TLSv1.2" }));
  });
});

test("STARTTLS: a handshake that does not come, or is none, ends the connection, and everything is given back", async () => {
  await offering({ timeouts: { tls: 100 } }, async ({ greet, entries, leases }) => {
    const silent = await greet();
    await silent.ask("STARTTLS");
    await silent.closed();
    const plain = await greet();
    await plain.ask("STARTTLS");
    plain.send("EHLO client.test\r\n");
    await plain.closed();
    await eventually(() => "leases stay", () => leases() === 0 || undefined, 4000);
    const failed = entries.filter((entry) => entry.startsWith("info TLS handshake failed"));
    assert.equal(failed.length, 2);
    assert.match(failed[0] ?? "", /did not finish the TLS handshake in time/);
  });
});

test("REQUIRETLS is offered within TLS alone, and goes with the message (RFC 8689 §2)", async () => {
  const offer = { extensions: new Set(["REQUIRETLS"] as const) };
  await offering({ offer }, async ({ connect, delivered }) => {
    const plain = await connect();
    assert.doesNotMatch(await plain.ask("EHLO client.test"), /REQUIRETLS/);
    assert.match(await plain.ask("MAIL FROM:<a@example.org> REQUIRETLS"), /^555 5\.5\.4 /);
    const peer = await startTls(plain);
    assert.match(await peer.ask("EHLO client.test"), /\n250-REQUIRETLS\n/);
    assert.match(await peer.ask("MAIL FROM:<a@example.org> REQUIRETLS"), /^250 /);
    await peer.ask("RCPT TO:<b@example.net>");
    await peer.ask("DATA");
    assert.match(await peer.ask("Subject: x\r\n\r\ntext\r\n."), /^250 /);
    assert.equal(delivered[0]?.envelope.parameters["REQUIRETLS"], true);
  });
});
