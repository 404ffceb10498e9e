// A front door with certificates, users and every kind of listener, for clients that want more than plain SMTP.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FrontDoor, startFrontDoor } from "../support/front_door.ts";
import { makePair, openssl, type Pair } from "../support/openssl.ts";
import type { Runtime } from "../support/runtimes.ts";

/** Who may log in, by password or by certificate. */
export const user = { name: "author@sender.test", password: "tiny secret" } as const;

export interface Secured {
  readonly door: FrontDoor;
  /** Ports of the listeners: as other servers see it, TLS at once, submission, LMTP, behind a proxy. */
  readonly ports: { readonly [name in "plain" | "implicit" | "submission" | "lmtp" | "proxied"]: number };
  /** PEM files. The door's certificates are for mx.reader.test (and localhost) and for other.reader.test. */
  readonly authority: Pair;
  /** Signed by the same authority; the door knows it as `user`. */
  readonly client: Pair;
  stop(): Promise<number | null>;
}

const listeners = `
listen = ["127.0.0.1:0"]
[[listener]]
address = "127.0.0.1:0"
tls = "implicit"
[[listener]]
address = "127.0.0.1:0"
mode = "submission"
[[listener]]
address = "127.0.0.1:0"
mode = "lmtp"
tls = "off"
[[listener]]
address = "127.0.0.1:0"
proxy = true
`;

/** `more` is TOML, before the plugins. */
export async function startSecuredDoor(runtime: Runtime, more = ""): Promise<Secured> {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-secured-"));
  const authority = makePair(folder, "authority", { authority: true });
  const mx = makePair(folder, "mx", { by: authority, names: ["DNS:mx.reader.test", "DNS:localhost", "IP:127.0.0.1"] });
  const other = makePair(folder, "other", { by: authority, names: ["DNS:other.reader.test"] });
  const client = makePair(folder, "client", { by: authority, usage: "clientAuth", names: [`email:${user.name}`] });
  const print = openssl("x509", "-in", client.certificate, "-noout", "-fingerprint", "-sha256").trim().split("=")[1];
  const door = await startFrontDoor(runtime, {
    listeners,
    top: `
[tls]
certificates = [${[mx, other].map(tableOf).join(", ")}]
client_certificates = "ask"
client_authorities = "${authority.certificate}"
[auth]
mechanisms = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "EXTERNAL"]
delay = "10ms"
[trust]
proxy = ["127.0.0.0/8"]
xclient = ["127.0.0.0/8"]
xforward = ["127.0.0.0/8"]
${more}`,
    plugins: `
[[plugin]]
name = "auth_flat_file"
grant = ["event:credentials", "crypto", "verdict:accept@auth", "verdict:reject@auth", "verdict:defer@auth"]
`,
    lists: { flat_auth_pw: `${user.name}:{CLEAR}${user.password}\n${user.name}:{CERT}${print}\n` },
  });
  const [plain = 0, implicit = 0, submission = 0, lmtp = 0, proxied = 0] = door.ports;
  return {
    door,
    ports: { plain, implicit, submission, lmtp, proxied },
    authority,
    client,
    stop: async () => {
      const code = await door.stop();
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

function tableOf({ certificate, key }: Pair): string {
  return `{ certificate = "${certificate}", key = "${key}" }`;
}

/** For `after`: it stops in order, and neither a plugin nor the daemon has failed meanwhile. */
export async function endedWell({ door, stop }: Secured): Promise<void> {
  assert.equal(await stop(), 0, door.output());
  assert.doesNotMatch(door.output(), /plugin failed|a bug/);
}
