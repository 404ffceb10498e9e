// An IMAP server (Dovecot) of a test's own, with two users; for TLS it has the certificate of api.test.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { apiCertificate } from "./api_certificate.ts";
import { eventually } from "./eventually.ts";
import { freePort, isListening } from "./loopback_port.ts";
import { startListening } from "./mail_server.ts";

export interface Dovecot {
  /** IMAP with STARTTLS, and AUTHENTICATE PLAIN. */
  readonly port: number;
  /** IMAPS. */
  readonly securePort: number;
  stop(): Promise<void>;
}

/** Names and passwords; the quotes are part of one. */
export const dovecotUsers: readonly (readonly [name: string, password: string])[] = [
  ["alice@example.org", "corréct horse"],
  ["bob", `x" {3}\\ y`],
];

export async function startDovecot(): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-dovecot-"));
  const at = (name: string): string => join(folder, name);
  for (const name of ["run", "state", "home"]) mkdirSync(at(name));
  writeFileSync(at("certificate.pem"), apiCertificate.cert);
  writeFileSync(at("key.pem"), apiCertificate.key, { mode: 0o600 });
  writeFileSync(
    at("users"),
    dovecotUsers.map(([name, password]) => `${name}:{PLAIN.HEX}${Buffer.from(password).toString("hex")}\n`).join(""),
  );
  // Its parts run as users of their own.
  chmodSync(folder, 0o755);
  chmodSync(at("home"), 0o777);
  const [port, securePort] = [await freePort(), await freePort()];
  writeFileSync(at("dovecot.conf"), configuration(folder, port, securePort));
  const server = await startListening("/usr/sbin/dovecot", ["-F", "-c", at("dovecot.conf")], port);
  await eventually(server.output, async () => await isListening(securePort) || undefined);
  return {
    port,
    securePort,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function configuration(folder: string, port: number, securePort: number): string {
  const { username, gid } = userInfo();
  const isRoot = username === "root";
  const login = isRoot ? [] : [`default_login_user = ${username}`, `default_internal_user = ${username}`];
  return [
    ...login,
    ...(isRoot ? [] : [`default_internal_group = ${gid}`]),
    "protocols = imap",
    "listen = 127.0.0.1",
    `base_dir = ${folder}/run`,
    `state_dir = ${folder}/state`,
    "log_path = /dev/stderr",
    "ssl = required",
    `ssl_cert = <${folder}/certificate.pem`,
    `ssl_key = <${folder}/key.pem`,
    "disable_plaintext_auth = yes",
    "auth_mechanisms = plain",
    "auth_failure_delay = 0",
    `mail_location = maildir:${folder}/home/%u`,
    `passdb {\n  driver = passwd-file\n  args = ${folder}/users\n}`,
    `userdb {\n  driver = static\n  args = uid=65534 gid=65534 home=${folder}/home\n}`,
    "service imap-login {",
    ...(isRoot ? [] : ["  chroot ="]),
    `  inet_listener imap {\n    port = ${port}\n  }`,
    `  inet_listener imaps {\n    port = ${securePort}\n    ssl = yes\n  }`,
    "}",
    // Whoever failed would have to wait for seconds.
    `service anvil {\n  chroot =\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}`,
    "",
  ].join("\n");
}
