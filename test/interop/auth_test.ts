// AUTH by other people's clients, each mechanism by at least one of them: swaks, smtplib, GNU SASL, curl, Postfix, Exim, OpenSMTPD.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sendByCurl } from "../support/curl_mail.ts";
import { eventually } from "../support/eventually.ts";
import { startExim } from "../support/exim.ts";
import { rightToken } from "../support/front_door.ts";
import { gsasl } from "../support/gsasl.ts";
import type { MailServer } from "../support/mail_server.ts";
import { asContent } from "../support/messages.ts";
import { startOpenSmtpd } from "../support/opensmtpd.ts";
import { startPostfix } from "../support/postfix.ts";
import { lackingRoot } from "../support/private_root.ts";
import { lacking } from "../support/programs.ts";
import { type Runtime, runtimes } from "../support/runtimes.ts";
import { sendBySmtplib } from "../support/smtplib.ts";
import { submit } from "../support/submit.ts";
import { swaks } from "../support/swaks.ts";
import { endedWell, type Secured, startSecuredDoor, user } from "./secured_door.ts";
import { delivered, shortMessage } from "./sender_promises.ts";

const needed = lacking("swaks", "python3", "gsasl", "curl", "postfix") || lackingRoot();
const passwordMechanisms = ["PLAIN", "LOGIN", "CRAM-MD5"] as const;

for (const runtime of runtimes) {
  describe(`AUTH on ${runtime.name}`, { skip: needed, concurrency: true }, () => {
    let secured: Secured;
    before(async () => {
      secured = await startSecuredDoor(runtime);
    });
    after(async () => {
      await endedWell(secured);
      // Of all clients here.
      for (const secret of [user.password, rightToken, Buffer.from(user.password).toString("base64")]) {
        assert.ok(!secured.door.output().includes(secret), "a secret is in the log");
      }
    });
    byPassword(() => secured);
    byScram(() => secured, runtime);
    byCurl(() => secured);
    byServers(() => secured);
  });
}

function isAuthenticated(secured: Secured, subject: string): void {
  assert.match(secured.door.about(subject)[0] ?? "", /with ESMTPSA\r\n/);
}

function byPassword(secured: () => Secured): void {
  for (const mechanism of passwordMechanisms) {
    const login = ["--tls", "--auth", mechanism, "--auth-user", user.name, "--auth-password"];

    test(`swaks, ${mechanism}: the right password opens the submission listener`, async () => {
      const sent = await swaks(secured().ports.submission, `swaks-${mechanism}`, ...login, user.password);
      assert.equal(sent.code, 0, sent.stdout);
      isAuthenticated(secured(), `swaks-${mechanism}`);
    });

    test(`swaks, ${mechanism}: a wrong password and an unknown user hear the same`, async () => {
      const wrong = await swaks(secured().ports.submission, "wrong", ...login, "not this");
      const unknown = await swaks(
        secured().ports.submission,
        "wrong",
        ...login,
        "not this",
        "--auth-user",
        "nobody@sender.test",
      );
      for (const tried of [wrong, unknown]) {
        assert.match(tried.stdout, /^<~\* 535 5\.7\.8 Authentication credentials invalid \(\S+\)\r?$/m);
      }
      assert.deepEqual(secured().door.about("wrong"), []);
    });

    test(`smtplib, ${mechanism}: what lacks Date and Message-ID is completed (RFC 6409 §8)`, async () => {
      const { authority, door, ports } = secured();
      const subject = `smtplib-${mechanism}`;
      const job = {
        from: user.name,
        to: ["reader@reader.test"],
        octets: `From: ${user.name}\r\nSubject: ${subject}\r\n\r\nx\r\n`,
      };
      const trust = { port: ports.submission, authorities: authority.certificate, starttls: true };
      assert.deepEqual(
        await sendBySmtplib({ ...trust, mechanism, user: user.name, password: user.password, jobs: [job] }),
        [
          { refused: {} },
        ],
      );
      isAuthenticated(secured(), subject);
      const [text = ""] = door.about(subject);
      assert.match(text, /^Date: /m);
      assert.match(text, /^Message-ID: </im);
    });
  }

  test("smtplib, XOAUTH2: a token opens", async () => {
    const { authority, ports } = secured();
    const lines = shortMessage("xoauth2");
    const job = { from: user.name, to: ["reader@reader.test"], octets: asContent(lines) };
    const trust = { port: ports.submission, authorities: authority.certificate, starttls: true };
    const who = { mechanism: "XOAUTH2", user: user.name, password: rightToken } as const;
    assert.deepEqual(await sendBySmtplib({ ...trust, ...who, jobs: [job] }), [{ refused: {} }]);
    isAuthenticated(secured(), "xoauth2");
  });

  test("swaks is not offered AUTH on a connection in clear, nor let in without it", async () => {
    const sent = await swaks(
      secured().ports.submission,
      "clear",
      "--auth",
      "PLAIN",
      "--auth-user",
      user.name,
      "--auth-password",
      "x",
    );
    assert.doesNotMatch(sent.stdout, /250.AUTH/);
    const anonymous = await swaks(secured().ports.submission, "anonymous", "--tls");
    assert.match(anonymous.stdout, /^<~\* 530 5\.7\.0 /m);
  });
}

function byScram(secured: () => Secured, runtime: Runtime): void {
  const attempt = (mechanism: string, password: string, ...options: readonly string[]): ReturnType<typeof gsasl> => {
    const { ports, authority } = secured();
    return gsasl({
      port: ports.plain,
      mechanism,
      user: user.name,
      password,
      authority: authority.certificate,
      options,
    });
  };

  test("GNU SASL, SCRAM-SHA-256: each side believes the other", async () => {
    const ran = await attempt("SCRAM-SHA-256", user.password, "--no-cb");
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.match(ran.stdout + ran.stderr, /^235 2\.7\.0 [^]*server trusted/m);
  });

  test("GNU SASL, SCRAM-SHA-256: a wrong password is refused", async () => {
    const ran = await attempt("SCRAM-SHA-256", "not this", "--no-cb");
    assert.match(ran.stdout + ran.stderr, /^535 5\.7\.8 /m);
  });

  // It binds by tls-exporter (RFC 9266) alone, which Deno cannot tell.
  if (runtime.name !== "Deno") {
    test("GNU SASL, SCRAM-SHA-256-PLUS: bound to the very connection", async () => {
      const ran = await attempt("SCRAM-SHA-256-PLUS", user.password);
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      assert.match(ran.stdout + ran.stderr, /^235 2\.7\.0 [^]*server trusted/m);
    });
  }
}

function byCurl(secured: () => Secured): void {
  const send = (subject: string, options: readonly string[]): ReturnType<typeof sendByCurl> => {
    const { ports, authority } = secured();
    const always = ["--user", `${user.name}:`];
    const lines = shortMessage(subject);
    return sendByCurl({
      port: ports.implicit,
      scheme: "smtps",
      authority: authority.certificate,
      lines,
      options: [...always, ...options],
    });
  };

  test("curl, OAUTHBEARER: a token opens, a wrong one is told why", async () => {
    const right = await send("bearer", ["--login-options", "AUTH=OAUTHBEARER", "--oauth2-bearer", rightToken]);
    assert.equal(right.code, 0, right.stderr);
    isAuthenticated(secured(), "bearer");
    const wrong = await send("bearer-wrong", ["--login-options", "AUTH=OAUTHBEARER", "--oauth2-bearer", "guess"]);
    // RFC 7628 §3.2.2: an error message first, the refusal after the client's answer to it.
    assert.match(wrong.stderr, /^< 334 eyJ[^]*^< 535 5\.7\.8 /m);
  });

  test("curl, EXTERNAL: the certificate says who it is", async () => {
    const { client } = secured();
    const shown = ["--cert", client.certificate, "--key", client.key];
    const right = await send("external", ["--login-options", "AUTH=EXTERNAL", ...shown]);
    assert.equal(right.code, 0, right.stderr);
    isAuthenticated(secured(), "external");
    const without = await send("external-none", ["--login-options", "AUTH=EXTERNAL"]);
    assert.notEqual(without.code, 0);
    assert.doesNotMatch(without.stderr, /^< 250-AUTH .*EXTERNAL/m);
  });
}

/** Servers that log in to send their mail on, as behind a provider's submission port. */
function byServers(secured: () => Secured): void {
  const through = async (server: MailServer, subject: string): Promise<void> => {
    try {
      await submit(server, {
        reversePath: user.name,
        forwardPaths: ["reader@reader.test"],
        lines: shortMessage(subject),
      });
      await delivered({ server, door: secured().door }, subject);
      await eventually(() => server.log(), () => secured().door.about(subject).length > 0 ? true : undefined);
      isAuthenticated(secured(), subject);
    } finally {
      await server.stop();
    }
  };

  for (const mechanism of [...passwordMechanisms, "SCRAM-SHA-256"]) {
    test(`Postfix with Cyrus SASL, ${mechanism}`, async () => {
      const next = secured().ports.submission;
      const server = await startPostfix({
        next,
        more: `smtp_tls_security_level = encrypt
smtp_sasl_auth_enable = yes
smtp_sasl_security_options =
smtp_sasl_mechanism_filter = ${mechanism.toLowerCase()}
smtp_sasl_password_maps = static:{${user.name}:${user.password}}`,
      });
      await through(server, `postfix-${mechanism}`);
    });
  }

  const eximLogins = {
    "PLAIN": `driver = plaintext\n  client_send = ^${user.name}^${user.password}`,
    "LOGIN": `driver = plaintext\n  client_send = : ${user.name} : ${user.password}`,
    "CRAM-MD5": `driver = cram_md5\n  client_name = ${user.name}\n  client_secret = ${user.password}`,
  };
  for (const mechanism of passwordMechanisms) {
    test(`Exim, ${mechanism}`, async () => {
      const server = await startExim({
        next: secured().ports.submission,
        transport: "  hosts_require_tls = *\n  hosts_require_auth = *",
        authenticators: `login:\n  public_name = ${mechanism}\n  ${eximLogins[mechanism]}`,
      });
      await through(server, `exim-${mechanism}`);
    });
  }

  test("OpenSMTPD", async () => {
    const server = await startOpenSmtpd({
      next: secured().ports.submission,
      scheme: "smtp+tls",
      login: "author@",
      relayOptions: "tls no-verify auth <logins>",
      more: `table logins { author = "${user.name}:${user.password}" }`,
    });
    await through(server, "opensmtpd-auth");
  });
}
