// TLS with other people's clients: STARTTLS and TLS at once, certificates by SNI, and servers that insist on a right one.

import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { startExim } from "../support/exim.ts";
import { belowTrace } from "../support/front_door.ts";
import type { MailServer } from "../support/mail_server.ts";
import { asContent, awkwardMessage } from "../support/messages.ts";
import { startOpenSmtpd } from "../support/opensmtpd.ts";
import { sClient } from "../support/openssl.ts";
import { startPostfix } from "../support/postfix.ts";
import { lackingRoot } from "../support/private_root.ts";
import { lacking } from "../support/programs.ts";
import { runtimes } from "../support/runtimes.ts";
import { sendBySmtplib } from "../support/smtplib.ts";
import { submit } from "../support/submit.ts";
import { swaks } from "../support/swaks.ts";
import { endedWell, type Secured, startSecuredDoor } from "./secured_door.ts";
import { delivered, shortMessage } from "./sender_promises.ts";

const needed = lacking("swaks", "openssl", "python3", "postfix") || lackingRoot();

for (const runtime of runtimes) {
  describe(`TLS on ${runtime.name}`, { skip: needed, concurrency: true }, () => {
    let secured: Secured;
    before(async () => {
      secured = await startSecuredDoor(runtime);
    });
    after(() => endedWell(secured));
    bySwaks(() => secured);
    byOpenssl(() => secured);
    bySmtplib(() => secured);
    byServers(() => secured);
  });
}

/** The topmost trace field is ours. */
function ourTrace(secured: Secured, subject: string): string {
  const [text = ""] = secured.door.about(subject);
  return /^Received:[^\n]*\n(?:[ \t][^\n]*\n)*/m.exec(text)?.[0] ?? text;
}

function bySwaks(secured: () => Secured): void {
  const rows = [
    ["STARTTLS", "plain", ["--tls", "--tls-sni", "mx.reader.test"], /with ESMTPS\r\n\t\(version TLSv1\.3 /],
    ["TLS 1.2", "plain", ["--tls", "--tls-protocol", "tlsv1_2"], /with ESMTPS\r\n\t\(version TLSv1\.2 /],
    ["TLS at once", "implicit", ["--tls-on-connect"], /with ESMTPS\r\n\t\(version TLSv1\.3 /],
  ] as const;
  for (const [title, listener, options, trace] of rows) {
    test(`swaks, ${title}: the certificate is right, and the trace says so`, async () => {
      const { ports, authority } = secured();
      const trust = ["--tls-verify", "--tls-ca-path", authority.certificate];
      const sent = await swaks(ports[listener], title, ...options, ...trust);
      assert.equal(sent.code, 0, sent.stdout + sent.stderr);
      assert.match(ourTrace(secured(), title), trace);
    });
  }

  test("swaks with TLS 1.1 is not served, and the server lives on", async () => {
    const sent = await swaks(secured().ports.plain, "old", "--tls", "--tls-protocol", "tlsv1_1");
    assert.notEqual(sent.code, 0, sent.stdout);
    assert.deepEqual(secured().door.about("old"), []);
  });

  test("the submission listener takes no mail before STARTTLS", async () => {
    const sent = await swaks(secured().ports.submission, "unencrypted");
    assert.match(sent.stdout, /^<\*\* 530 5\.7\.0 /m);
  });

  test("STARTTLS in a session that is encrypted is refused, and its own offer is gone", async () => {
    const sent = await swaks(secured().ports.implicit, "twice", "--tls-on-connect", "--quit-after", "ehlo");
    assert.doesNotMatch(sent.stdout, /STARTTLS/);
  });
}

function byOpenssl(secured: () => Secured): void {
  const rows = [
    ["no name", [], "mx"],
    ["the first name", ["-servername", "mx.reader.test"], "mx"],
    ["another name", ["-servername", "other.reader.test"], "other"],
    ["a name that nobody has", ["-servername", "unknown.reader.test"], "mx"],
  ] as const;
  for (const [title, options, shown] of rows) {
    test(`openssl s_client, ${title}: the certificate for it is shown`, async () => {
      const { ports, authority } = secured();
      const names = options.length === 0 ? ["-noservername"] : options;
      const always = ["-starttls", "smtp", "-CAfile", authority.certificate, "-verify_return_error"];
      const report = await sClient(ports.plain, [...always, ...names], "QUIT\r\n");
      assert.equal(report.shown, `CN = ${shown}`, report.stdout + report.stderr);
      assert.match(report.stdout, /Verify return code: 0 \(ok\)/);
      assert.match(report.stdout, /^221 2\.0\.0 /m);
    });
  }

  test("openssl s_client, a session resumed: it gets the same service", async () => {
    const { ports, authority, door } = secured();
    const file = join(door.folder, "session");
    const always = ["-tls1_2", "-CAfile", authority.certificate];
    await sClient(ports.implicit, [...always, "-sess_out", file], "QUIT\r\n");
    const second = await sClient(ports.implicit, [...always, "-sess_in", file], "QUIT\r\n");
    assert.match(second.stdout, /^Reused, TLSv1\.2/m);
    assert.match(second.stdout, /^221 2\.0\.0 /m);
  });
}

function bySmtplib(secured: () => Secured): void {
  for (
    const [title, listener, how] of [
      ["STARTTLS", "plain", { starttls: true }],
      ["TLS at once", "implicit", { implicit_tls: true }],
    ] as const
  ) {
    test(`smtplib, ${title}: octets arrive as they are`, async () => {
      const { ports, authority, door } = secured();
      const lines = awkwardMessage(`smtplib ${title}`);
      const job = { from: "author@sender.test", to: ["reader@reader.test"], octets: asContent(lines) };
      const plan = { port: ports[listener], authorities: authority.certificate, jobs: [job], ...how };
      assert.deepEqual(await sendBySmtplib(plan), [{ refused: {} }]);
      assert.deepEqual(door.about(`awkward smtplib ${title}`).map(belowTrace), [asContent(lines)]);
    });
  }
}

/** Servers that send nothing unless the certificate is right. */
function byServers(secured: () => Secured): void {
  const through = async (server: MailServer, subject: string, logged: RegExp): Promise<void> => {
    try {
      await submit(server, {
        reversePath: "author@sender.test",
        forwardPaths: ["reader@reader.test"],
        lines: shortMessage(subject),
      });
      await delivered({ server, door: secured().door }, subject);
      assert.match(ourTrace(secured(), subject), /with ESMTPS\r\n/);
      await eventually(
        () => `not logged: ${logged}\n${server.log()}`,
        () => logged.test(server.log()) ? true : undefined,
      );
    } finally {
      await server.stop();
    }
  };

  test("Postfix, level secure", async () => {
    const server = await startPostfix({
      next: secured().ports.plain,
      more: `smtp_tls_security_level = secure
smtp_tls_secure_cert_match = mx.reader.test
smtp_tls_CAfile = ${secured().authority.certificate}
smtp_tls_loglevel = 1`,
    });
    await through(server, "postfix-secure", /Verified TLS connection established to 127\.0\.0\.1/);
  });

  test("Postfix, TLS at once", async () => {
    const server = await startPostfix({
      next: secured().ports.implicit,
      more: "smtp_tls_security_level = encrypt\nsmtp_tls_wrappermode = yes\nsmtp_tls_loglevel = 1",
    });
    await through(server, "postfix-wrapped", /TLS connection established to 127\.0\.0\.1/);
  });

  test("Exim, the certificate verified", async () => {
    const server = await startExim({
      next: secured().ports.plain,
      transport: `  hosts_require_tls = *
  tls_sni = mx.reader.test
  tls_verify_hosts = *
  tls_verify_certificates = /authority.pem
  tls_verify_cert_hostnames =`,
      prepare: (root) => copyFileSync(secured().authority.certificate, join(root, "authority.pem")),
    });
    await through(server, "exim-verified", / X=TLS1\.3:\S+ CV=yes /);
  });

  test("Exim, TLS at once", async () => {
    const server = await startExim({
      next: secured().ports.implicit,
      transport: "  protocol = smtps\n  hosts_require_tls = *",
    });
    await through(server, "exim-wrapped", / X=TLS1\.3:/);
  });

  for (const [scheme, listener] of [["smtp+tls", "plain"], ["smtps", "implicit"]] as const) {
    test(`OpenSMTPD, ${scheme}`, async () => {
      const server = await startOpenSmtpd({ next: secured().ports[listener], scheme, relayOptions: "tls no-verify" });
      await through(server, `opensmtpd-${scheme}`, /mta tls ciphers=TLSv1\.3:/);
    });
  }
}
