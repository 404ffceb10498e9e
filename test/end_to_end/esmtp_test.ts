// Everything that ESMTP has beyond a plain message, spoken to the real daemon on every runtime.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { certified } from "../support/certified.ts";
import { type EsmtpDaemon, type ListenerName, password, startEsmtpDaemon, unwanted } from "../support/esmtp_daemon.ts";
import { eventually } from "../support/eventually.ts";
import { ipv4Addresses, joined, version2 } from "../support/proxy_headers.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, connectTlsPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { withoutReceipt } from "../support/without_receipt.ts";

const certificates = certified(temporaryFolder());
const path = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };
const login = `AUTH PLAIN ${btoa(`\0jo\0${password}`)}`;

for (const runtime of runtimes) {
  describe(`ESMTP on ${runtime.name}`, () => {
    let daemon: EsmtpDaemon;
    before(async () => {
      const { mx, other, authority } = certificates;
      daemon = await startEsmtpDaemon(runtime, { certificates: [mx, other], authority: authority.certificate });
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
    });

    async function greet(listener: ListenerName = "plain"): Promise<SmtpPeer> {
      const peer = await connectPeer(daemon.portOf(listener));
      assert.match(await peer.reply(), /^220 mx\.test /);
      assert.match(await peer.ask(`${listener === "lmtp" ? "LHLO" : "EHLO"} client.test`), /^250-/);
      return peer;
    }

    async function logs(line: RegExp): Promise<void> {
      await eventually(() => `no ${line} in ${daemon.output()}`, () => line.test(daemon.output()) || undefined);
    }

    async function mail(peer: SmtpPeer, subject: string): Promise<void> {
      assert.match(await sendMessage(peer, path, `Subject: ${subject}\r\n\r\ntext`), /^250 2\.0\.0 /);
      peer.destroy();
    }

    test("STARTTLS: what stood behind it is dropped, SNI chooses, and granted plugins know the client's certificate", async () => {
      const plain = await greet();
      plain.send("STARTTLS\r\nMAIL FROM:<attacker@example.org>\r\n");
      assert.equal(await plain.reply(), "220 2.0.0 Go ahead with TLS");
      const peer = await plain.encrypt({ ...certificates.client, servername: "other.test" });
      assert.equal(peer.socket.getPeerCertificate().subject.CN, "other");
      assert.equal(withoutReceipt(await peer.ask("MAIL FROM:<a@example.org>")), "503 5.5.1 Send EHLO or HELO first");
      assert.doesNotMatch(await peer.ask("EHLO client.test"), /STARTTLS/);
      assert.equal(withoutReceipt(await peer.ask("STARTTLS")), "503 5.5.1 TLS is active already");
      await mail(peer, "starttls");
      const { witness, blind, text } = daemon.told("starttls");
      assert.equal(witness.tls?.serverName, "other.test");
      assert.match(witness.tls?.protocol ?? "", /^TLSv1\.[23]$/);
      assert.equal(witness.tls?.certificate?.verified, true);
      assert.deepEqual(witness.tls?.certificate?.emails, ["jo@client.test"]);
      assert.equal(blind.tls, undefined);
      assert.equal(blind.hello?.name, "client.test");
      assert.match(text, /with ESMTPS\b/);
      await logs(/warn dropped what came behind STARTTLS .*octets=34/);
    });

    test("a certificate that nobody vouches for is not verified", async () => {
      const peer = await connectTlsPeer(daemon.portOf("implicit"), certificates.stranger);
      await peer.reply();
      await peer.ask("EHLO client.test");
      await mail(peer, "stranger");
      assert.equal(daemon.told("stranger").witness.tls?.certificate?.verified, false);
    });

    test("tls required: no MAIL before it", async () => {
      const plain = await greet("required");
      assert.equal(withoutReceipt(await plain.ask("MAIL FROM:<a@example.org>")), "530 5.7.0 Send STARTTLS first");
      await plain.ask("STARTTLS");
      const peer = await plain.encrypt();
      await peer.ask("EHLO client.test");
      await mail(peer, "required");
    });

    test("implicit TLS, to which nobody speaks plain text", async () => {
      const peer = await connectTlsPeer(daemon.portOf("implicit"));
      assert.match(await peer.reply(), /^220 /);
      await peer.ask("EHLO client.test");
      await mail(peer, "implicit");
      const plain = await connectPeer(daemon.portOf("implicit"));
      plain.send("EHLO client.test\r\n");
      await plain.closed();
      assert.doesNotMatch(plain.unread(), /\d{3}[ -]/);
    });

    test("20 MB through TLS arrive unchanged, as fast as the spool takes them", async () => {
      const peer = await connectTlsPeer(daemon.portOf("implicit"));
      await peer.reply();
      await peer.ask("EHLO client.test");
      const lines = Array.from({ length: 250_000 }, (_, at) => `line ${at} ${"x".repeat(65)}`).join("\r\n");
      assert.match(await sendMessage(peer, path, `Subject: large\r\n\r\n${lines}`), /^250 /);
      assert.ok(daemon.told("large").text.endsWith(`\r\n\r\n${lines}\r\n`));
    });

    test("submission: TLS, then AUTH, then MAIL; the trace and plugins know who; Date and Message-ID are added", async () => {
      const plain = await greet("submission");
      assert.match(await plain.ask("AUTH PLAIN"), /^53[08] /);
      await plain.ask("STARTTLS");
      const peer = await plain.encrypt();
      assert.match(await peer.ask("EHLO client.test"), /\n250-AUTH PLAIN LOGIN\n/);
      assert.equal(withoutReceipt(await peer.ask("MAIL FROM:<a@example.org>")), "530 5.7.0 Authentication required");
      assert.equal(
        withoutReceipt(await peer.ask(`AUTH PLAIN ${btoa("\0jo\0wrong")}`)),
        "535 5.7.8 Authentication credentials invalid",
      );
      assert.equal(await peer.ask(login), "235 2.7.0 Authentication succeeded");
      await mail(peer, "submission");
      const { witness, text } = daemon.told("submission");
      assert.equal(witness.user, "jo");
      assert.match(text, /with ESMTPSA\b/);
      assert.match(text, /^Date: .*\r\n/m);
      assert.match(text, /^Message-ID: <.*@mx\.test>\r\n/m);
    });

    test("no secret is in the log, whatever becomes of it", async () => {
      const peer = await connectTlsPeer(daemon.portOf("implicit"));
      await peer.reply();
      await peer.ask("EHLO client.test");
      assert.match(await peer.ask(`AUTH PLAIN ${btoa(`\0trap\0${password}`)}`), /^454 /);
      assert.match(await peer.ask("AUTH LOGIN"), /^334 /);
      assert.match(await peer.ask(btoa("jo")), /^334 /);
      assert.match(await peer.ask(btoa(password)), /^235 /);
      assert.match(await peer.ask(btoa(password)), /^500 /);
      peer.destroy();
      await logs(/error plugin failed .*hook=auth/);
      for (const form of [password, btoa(password), btoa(`\0trap\0${password}`), btoa(`\0jo\0${password}`)]) {
        assert.ok(!daemon.output().includes(form), form);
      }
    });

    test("BDAT: pieces, 0 LAST, and BINARYMIME with every octet", async () => {
      const peer = await greet();
      const binary = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7) % 256);
      await peer.ask("MAIL FROM:<author@example.org> BODY=BINARYMIME");
      await peer.ask("RCPT TO:<reader@localhost>");
      const head = new TextEncoder().encode("Subject: binary\r\n\r\n");
      for (const piece of [head, binary]) {
        peer.send(joined(new TextEncoder().encode(`BDAT ${piece.length}\r\n`), piece));
        assert.equal(await peer.reply(), `250 2.0.0 ${piece.length} octets received`);
      }
      assert.match(await peer.ask("BDAT 0 LAST"), /^250 2\.0\.0 Queued as /);
      assert.match(await peer.ask("BDAT 6 LAST\r\nQUIT"), /^503 5\.5\.1 /);
      assert.match(await peer.ask("NOOP"), /^250 /);
      peer.destroy();
      assert.ok(daemon.told("binary").text.endsWith(`\r\n\r\n${Buffer.from(binary).toString("latin1")}`));
    });

    test("LMTP: one reply for each recipient", async () => {
      const peer = await greet("lmtp");
      await peer.ask("MAIL FROM:<author@example.org>");
      for (const name of ["reader", "another"]) await peer.ask(`RCPT TO:<${name}@localhost>`);
      await peer.ask("DATA");
      peer.send("Subject: lmtp\r\n\r\n.\r\nNOOP\r\n");
      const replies = [await peer.reply(), await peer.reply(), await peer.reply()];
      assert.deepEqual(replies.map((reply) => reply.slice(0, 9)), ["250 2.0.0", "250 2.0.0", "250 2.0.0"]);
      assert.equal(replies[2], "250 2.0.0 OK");
      assert.match(daemon.told("lmtp").text, /with LMTP\b/);
      peer.destroy();
    });

    test("XCLIENT: another client is judged and greeted anew; XFORWARD: told for one transaction", async () => {
      const peer = await greet();
      assert.match(await peer.ask("XCLIENT ADDR=192.0.2.7 NAME=told.example"), /^220 mx\.test /);
      await peer.ask("EHLO inner.test");
      assert.match(await peer.ask("XFORWARD ADDR=192.0.2.9 NAME=far.example"), /^250 /);
      await sendMessage(peer, path, "Subject: xclient\r\n\r\ntext");
      await mail(peer, "xforwarded no more");
      const { witness } = daemon.told("xclient");
      assert.deepEqual([witness.client.address, witness.clientName], ["192.0.2.7", "told.example"]);
      assert.deepEqual(witness.forwarded, { address: "192.0.2.9", name: "far.example" });
      assert.equal(daemon.told("xforwarded no more").witness.forwarded, undefined);
      const refused = await greet();
      assert.match(withoutReceipt(await refused.ask(`XCLIENT ADDR=${unwanted}`)), /^554 .*Not you$/);
      await refused.closed();
    });

    const proxied: readonly (readonly [what: string, header: Uint8Array, client: string])[] = [
      ["version 1", new TextEncoder().encode("PROXY TCP4 192.0.2.1 198.51.100.2 56324 25\r\n"), "192.0.2.1"],
      ["version 2", version2(0x21, 0x11, ipv4Addresses), "192.0.2.1"],
      ["LOCAL", version2(0x20, 0), "127.0.0.1"],
    ];
    for (const [what, header, client] of proxied) {
      test(`PROXY header, ${what}: plain, and before implicit TLS`, async () => {
        const plain = await connectPeer(daemon.portOf("proxy"));
        plain.send(header);
        const raw = await connectPeer(daemon.portOf("proxyImplicit"));
        raw.send(header);
        for (const [how, peer] of [["plain", plain], ["tls", await raw.encrypt()]] as const) {
          assert.match(await peer.reply(), /^220 /);
          await peer.ask("EHLO client.test");
          await mail(peer, `${what} ${how}`);
          const { witness } = daemon.told(`${what} ${how}`);
          assert.equal(witness.client.address, client);
          assert.equal(witness.proxy?.address, what === "LOCAL" ? undefined : "127.0.0.1");
          assert.equal(witness.tls !== undefined, how === "tls");
        }
      });
    }

    test("PROXY header: one that does not come, or is none, ends the connection without a word", async () => {
      const [silent, wrong] = [await connectPeer(daemon.portOf("proxy")), await connectPeer(daemon.portOf("proxy"))];
      wrong.send("EHLO client.test\r\n");
      for (const peer of [wrong, silent]) {
        await peer.closed();
        assert.equal(peer.unread(), "");
      }
    });

    test("a bare LF in mail data is refused, and the connection closed", async () => {
      const peer = await greet();
      await peer.ask("MAIL FROM:<author@example.org>");
      await peer.ask("RCPT TO:<reader@localhost>");
      await peer.ask("DATA");
      peer.send("Subject: smuggler\r\n\r\ntext\n.\nMAIL FROM:<forged@example.org>\r\n.\r\n");
      assert.match(await peer.reply(), /^550 5\.5\.2 /);
      await peer.closed();
      assert.throws(() => daemon.told("smuggler"));
    });
  });
}
