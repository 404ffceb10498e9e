// Headers of the PROXY protocol as other programs send them: HAProxy and swaks in front of a little server, which shows
// all that is in them, and in front of the daemon on every runtime.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { Progress, ProxyHeader } from "../../src/proxy_protocol/header.ts";
import { ProxyHeaderReader } from "../../src/proxy_protocol/reader.ts";
import { apiCertificate } from "../support/api_certificate.ts";
import { type EsmtpDaemon, startEsmtpDaemon } from "../support/esmtp_daemon.ts";
import { eventually } from "../support/eventually.ts";
import { type Front, type Haproxy, startHaproxy } from "../support/haproxy.ts";
import { lacking, run } from "../support/programs.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";

/** Greets as SMTP does, once the header is there. */
class LittleServer {
  readonly ends: Exclude<Progress, { kind: "more" }>[] = [];
  readonly #server: Server = createServer((socket) => this.#serve(socket));

  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
  }

  headers(): readonly ProxyHeader[] {
    return this.ends.map((end) => end.kind === "header" ? end.header : assert.fail(end.why));
  }

  #serve(socket: Socket): void {
    const reader = new ProxyHeaderReader();
    let isRead = false;
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Uint8Array) => {
      if (isRead) return void socket.end("221 bye\r\n");
      const progress = reader.push(chunk);
      if (progress.kind === "more") return;
      isRead = true;
      this.ends.push(progress);
      if (progress.kind === "invalid") socket.destroy();
      else socket.write("220 little.test ESMTP\r\n");
    });
  }
}

describe("the PROXY protocol by other programs", () => {
  const server = new LittleServer();
  let port = 0;
  before(async () => {
    port = await server.listen();
  });
  after(() => server.stop());

  describe("by HAProxy", { skip: lacking("haproxy") }, () => {
    let haproxy: Haproxy;
    const fronts = {
      first: { sends: "send-proxy" },
      second: { sends: "send-proxy-v2" },
      records: {
        sends: "send-proxy-v2 proxy-v2-options crc32c,unique-id",
        lines: ["unique-id-format C0FFEE-%cp"],
      },
      tls: { sends: "send-proxy-v2-ssl-cn proxy-v2-options ssl,cert-cn,ssl-cipher,authority,crc32c", tls: true },
    } satisfies { [name: string]: Front };
    const portOf = (name: keyof typeof fronts): number => haproxy.ports[Object.keys(fronts).indexOf(name)] ?? 0;
    before(async () => {
      haproxy = await startHaproxy(port, Object.values(fronts));
    });
    after(() => haproxy.stop());

    for (const name of ["first", "second", "records"] as const) {
      test(`${fronts[name].sends}: client and server are the ends of the front's connection`, async () => {
        const { address, port: clientPort } = await greetedBy(connect(portOf(name), "127.0.0.1"));
        const header = newest();
        assert.deepEqual(header.client, { address, port: clientPort });
        assert.deepEqual(header.server, { address: "127.0.0.1", port: portOf(name) });
        assert.equal(header.local, false);
        if (name === "records") assert.equal(header.uniqueId, `C0FFEE-${clientPort}`);
      });
    }

    const certificates: readonly (readonly [what: string, options: ConnectionOptions, verified: boolean])[] = [
      ["with a certificate that it trusts", { key: apiCertificate.key, cert: apiCertificate.cert }, true],
      ["without a certificate", {}, false],
    ];
    for (const [what, options, verified] of certificates) {
      test(`TLS ${what}`, async () => {
        const socket = connectTls({
          ...{ ...options, host: "127.0.0.1", port: portOf("tls"), servername: "api.test" },
          ...{ ca: apiCertificate.cert, ALPNProtocols: ["smtp"], minVersion: "TLSv1.3" },
        });
        await greetedBy(socket);
        const { authority, alpn, tls } = newest();
        assert.equal(authority, "api.test");
        assert.equal(alpn, "smtp");
        const { commonName, cipher, ...rest } = tls ?? assert.fail("no TLS");
        assert.match(cipher ?? "", /^TLS_AES_/);
        assert.equal(commonName, verified ? "api.test" : undefined);
        assert.deepEqual(rest, { version: "TLSv1.3", verified });
      });
    }

    test("its health checks are LOCAL", async () => {
      const checking = await startHaproxy(port, [{ sends: "send-proxy-v2 check check-send-proxy inter 100" }]);
      try {
        const isLocal = (): true | undefined => server.headers().some(({ local }) => local) || undefined;
        await eventually(() => "no health check came", isLocal);
      } finally {
        await checking.stop();
      }
    });
  });

  describe("by swaks", { skip: lacking("swaks") }, () => {
    const ends4 = { client: { address: "192.0.2.1", port: 56324 }, server: { address: "198.51.100.2", port: 25 } };
    const ends6 = { client: { address: "2001:db8::1", port: 56324 }, server: { address: "2001:db8::2", port: 25 } };
    // Its LOCAL is left out: swaks writes that as command 2, which does not exist.
    const rows: readonly (readonly [args: readonly string[], header: ProxyHeader])[] = [
      [["--proxy-version", "1", "--proxy-family", "TCP4"], { ...ends4, local: false }],
      [["--proxy-version", "1", "--proxy-family", "TCP6"], { ...ends6, local: false }],
      [["--proxy-version", "2", "--proxy-family", "AF_INET"], { ...ends4, local: false }],
      [["--proxy-version", "2", "--proxy-family", "AF_INET6"], { ...ends6, local: false }],
    ];
    for (const [args, header] of rows) {
      test(args.join(" "), async () => {
        const isIpv6 = args.some((arg) => arg.endsWith("6"));
        const [from, to] = isIpv6 ? ["2001:db8::1", "2001:db8::2"] : ["192.0.2.1", "198.51.100.2"];
        const sent = await run("swaks", [
          ...["--server", "127.0.0.1", "--port", String(port), "--quit-after", "BANNER", ...args],
          ...["--proxy-source", from, "--proxy-source-port", "56324", "--proxy-dest", to, "--proxy-dest-port", "25"],
        ]);
        assert.equal(sent.code, 0, sent.stdout + sent.stderr);
        assert.deepEqual(newest(), header);
      });
    }
  });

  function newest(): ProxyHeader {
    return server.headers().at(-1) ?? assert.fail("no header came");
  }
});

const path = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };

for (const runtime of runtimes) {
  describe(`the PROXY protocol to the daemon on ${runtime.name}`, () => {
    let daemon: EsmtpDaemon;
    before(async () => {
      daemon = await startEsmtpDaemon(runtime);
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
    });

    describe("by HAProxy", { skip: lacking("haproxy") }, () => {
      let plain: Haproxy;
      let encrypted: Haproxy;
      before(async () => {
        plain = await startHaproxy(daemon.portOf("proxy"), [{ sends: "send-proxy" }, { sends: "send-proxy-v2" }]);
        encrypted = await startHaproxy(daemon.portOf("proxyImplicit"), [{ sends: "send-proxy-v2" }]);
      });
      after(() => Promise.all([plain.stop(), encrypted.stop()]));

      /** Sends a message, and compares who its plugins were told to be at both ends with who was. */
      async function arrives(peer: SmtpPeer, subject: string): Promise<void> {
        assert.match(await peer.reply(), /^220 /);
        assert.match(await peer.ask("EHLO client.test"), /^250-/);
        assert.match(await sendMessage(peer, path, `Subject: ${subject}\r\n\r\ntext`), /^250 /);
        const { witness } = daemon.told(subject);
        assert.deepEqual(witness.client, { address: "127.0.0.1", port: peer.socket.localPort });
        assert.equal(witness.server.port, peer.socket.remotePort);
        assert.equal(witness.proxy?.address, "127.0.0.1");
        assert.notEqual(witness.proxy?.port, witness.client.port);
        peer.destroy();
      }

      for (const [at, version] of ["version 1", "version 2"].entries()) {
        test(`${version}: client and server are the ends of the front's connection`, async () => {
          await arrives(await connectPeer(plain.ports[at] ?? 0), version);
        });
      }

      test("version 2 before implicit TLS, which goes through to the daemon", async () => {
        const raw = await connectPeer(encrypted.ports[0] ?? 0);
        await arrives(await raw.encrypt(), "encrypted");
        assert.match(daemon.told("encrypted").witness.tls?.protocol ?? "", /^TLSv1\.[23]$/);
      });

      test("its health checks with LOCAL are greeted like anybody", async () => {
        const check = {
          sends: "send-proxy-v2 check check-send-proxy inter 100",
          lines: ["option smtpchk EHLO haproxy.test"],
        };
        const checking = await startHaproxy(daemon.portOf("proxy"), [check]);
        try {
          const peer = await connectPeer(checking.ports[0] ?? 0);
          await arrives(peer, "behind a checked server");
        } finally {
          await checking.stop();
        }
      });
    });

    describe("by swaks", { skip: lacking("swaks") }, () => {
      const rows: readonly (readonly [version: string, family: string, from: string, to: string])[] = [
        ["1", "TCP4", "192.0.2.1", "198.51.100.2"],
        ["1", "TCP6", "2001:db8::1", "2001:db8::2"],
        ["2", "AF_INET", "192.0.2.1", "198.51.100.2"],
        ["2", "AF_INET6", "2001:db8::1", "2001:db8::2"],
      ];
      for (const [version, family, from, to] of rows) {
        test(`version ${version}, ${family}: plugins and trace name the client`, async () => {
          const subject = `swaks ${version} ${family}`;
          const sent = await run("swaks", [
            ...["--server", "127.0.0.1", "--port", String(daemon.portOf("proxy")), "--ehlo", "client.test"],
            ...["--from", path.reversePath, "--to", "reader@localhost", "--h-Subject", subject],
            ...["--proxy-version", version, "--proxy-family", family, "--proxy-source", from],
            ...["--proxy-source-port", "56324", "--proxy-dest", to, "--proxy-dest-port", "25"],
          ]);
          assert.equal(sent.code, 0, sent.stdout + sent.stderr);
          const { witness, text } = daemon.told(subject);
          assert.deepEqual(witness.client, { address: from, port: 56324 });
          assert.deepEqual([witness.server.address, witness.server.port], [to, 25]);
          assert.match(text, new RegExp(`^Received: from client\\.test \\(.*${from}\\]`, "m"));
        });
      }
    });
  });
}

/** Waits for the greeting; gives the client's own end of the connection. */
async function greetedBy(socket: Socket): Promise<{ readonly address: string; readonly port: number }> {
  const [chunk] = await once(socket, "data", { signal: AbortSignal.timeout(60_000) }) as [Uint8Array];
  assert.match(new TextDecoder().decode(chunk), /^220 /);
  const { localAddress = "", localPort = 0 } = socket;
  socket.destroy();
  return { address: localAddress, port: localPort };
}
