// Certificates of a running daemon on every runtime: replaced by SIGHUP, refused if they do not fit, made if there are none.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { daemonPid } from "../support/daemon_process.ts";
import { type EsmtpDaemon, startEsmtpDaemon } from "../support/esmtp_daemon.ts";
import { eventually } from "../support/eventually.ts";
import { makePair, type Pair } from "../support/openssl.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, connectTlsPeer, type TlsPeer } from "../support/smtp_peer.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";

const folder = temporaryFolder();
const [first, second, third] = ["first", "second", "third"].map((name) => {
  return makePair(folder, name, { names: [`DNS:${name}.test`] });
}) as [Pair, Pair, Pair];

for (const runtime of runtimes) {
  describe(`certificates on ${runtime.name}`, () => {
    let daemon: EsmtpDaemon;
    let pid = 0;
    const own = mkdtempSync(join(folder, "own-"));
    const inUse = { certificate: join(own, "mx.pem"), key: join(own, "mx.key") };

    before(async () => {
      use(first.certificate, first.key);
      daemon = await startEsmtpDaemon(runtime, { certificates: [inUse] });
      pid = await daemonPid(daemon);
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
    });

    function use(certificate: string, key: string): void {
      copyFileSync(certificate, inUse.certificate);
      copyFileSync(key, inUse.key);
    }

    /** The first such line of the log behind what is there already. */
    async function reload(line: RegExp): Promise<string> {
      const before = daemon.output().length;
      process.kill(pid, "SIGHUP");
      const found = (): string | undefined => line.exec(daemon.output().slice(before).replace(/[^\n]*$/, ""))?.[0];
      return await eventually(() => `no ${line} in ${daemon.output()}`, found);
    }

    async function connectImplicit(): Promise<TlsPeer> {
      const peer = await connectTlsPeer(daemon.portOf("implicit"));
      assert.match(await peer.reply(), /^220 /);
      return peer;
    }

    async function shown(): Promise<string> {
      const peer = await connectImplicit();
      const name = nameOf(peer);
      peer.destroy();
      return name;
    }

    test("a new pair is shown to new clients after SIGHUP, and sessions under way go on", async () => {
      const old = await connectImplicit();
      const waiting = await connectPeer(daemon.portOf("plain"));
      await waiting.reply();
      assert.equal(nameOf(old), "first");
      use(second.certificate, second.key);
      assert.equal(await shown(), "first");
      assert.match(await reload(/ reloaded .*/), /generation=2/);
      assert.equal(await shown(), "second");
      assert.match(await old.ask("NOOP"), /^250 /);
      // It was greeted by the generation of before, and keeps to it.
      assert.match(await waiting.ask("STARTTLS"), /^220 /);
      assert.equal(nameOf(await waiting.encrypt()), "first");
      old.destroy();
      waiting.destroy();
    });

    test("a pair that does not belong together is refused with its files, and the old one stays", async () => {
      use(third.certificate, first.key);
      assert.match(
        await reload(/ not reloaded .*/),
        /why=".*qpsmtpd\.toml: tls\.certificates\.1: .*mx\.key: it is not the key of .*mx\.pem/,
      );
      assert.equal(await shown(), "second");
      use(third.certificate, third.key);
      await reload(/ reloaded .*/);
      assert.equal(await shown(), "third");
    });

    test("without certificates one is made at the first start and said so, and kept by the next", async () => {
      const state = join(own, "state");
      mkdirSync(state);
      const file = join(state, "tls/development.pem");
      const said: boolean[] = [];
      const pems: string[] = [];
      for (let start = 0; start < 2; start++) {
        const developing = await startEsmtpDaemon(runtime, { state });
        const peer = await connectTlsPeer(developing.portOf("implicit"));
        assert.match(await peer.reply(), /^220 /);
        assert.match(peer.socket.getPeerCertificate().subjectaltname ?? "", /DNS:mx\.test, DNS:localhost/);
        peer.destroy();
        pems.push(readFileSync(file, "utf8"));
        assert.equal(await developing.stop(), 0);
        said.push(/ warn made a certificate that nobody will believe.*development\.pem/.test(developing.output()));
      }
      assert.deepEqual(said, [true, false]);
      assert.equal(pems[0], pems[1]);
    });
  });
}

function nameOf(peer: TlsPeer): string {
  return String(peer.socket.getPeerCertificate().subject.CN);
}
