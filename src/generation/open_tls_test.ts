import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { configured } from "../../test/support/configured.ts";
import { makePair } from "../../test/support/openssl.ts";
import { serving } from "../../test/support/served.ts";
import { connectTlsPeer } from "../../test/support/smtp_peer.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import type { Config } from "../config/config.ts";
import { openTls, readTls, type TlsOpened } from "./open_tls.ts";

const folder = temporaryFolder();
const mx = makePair(folder, "mx", { names: ["DNS:mx.test"] });
const other = makePair(folder, "other", { names: ["DNS:other.test"] });

async function open(config: Config): Promise<{ opened: TlsOpened; said: readonly string[] }> {
  const said: string[] = [];
  const read = readTls(config);
  assert.ok(read.kind === "read", JSON.stringify(read));
  const opened = await openTls(config, read.material, (level, message) => void said.push(`${level} ${message}`));
  return { opened, said };
}

/** Whom the certificate names that a client is shown. */
async function shown({ opened }: { opened: TlsOpened }): Promise<string> {
  assert.ok(opened.kind === "opened" && opened.upgrade !== undefined);
  let names = "";
  await serving({ upgrade: opened.upgrade, manners: { implicitTls: true } }, async ({ port }) => {
    const peer = await connectTlsPeer(port);
    assert.match(await peer.reply(), /^220 /);
    names = peer.socket.getPeerCertificate().subjectaltname ?? "";
    peer.destroy();
  });
  return names;
}

test("without certificates one is made, once, and said so", async () => {
  const config = await configured(`hostname = "mail.example.test"\nstate = "${join(folder, "made")}"`);
  const first = await open(config);
  assert.deepEqual(first.said, ["warn made a certificate that nobody will believe, for trying out"]);
  const file = join(folder, "made/tls/development.pem");
  const before = readFileSync(file, "utf8");
  assert.match(await shown(first), /DNS:mail\.example\.test/);
  const again = await open(config);
  assert.deepEqual(again.said, []);
  assert.equal(readFileSync(file, "utf8"), before);
});

test("nothing is made, read or opened where no listener speaks TLS", async () => {
  const toml = `state = "${join(folder, "none")}"
[[listener]]
address = "127.0.0.1:2525"
tls = "off"`;
  const { opened, said } = await open(await configured(toml));
  assert.deepEqual([opened, said], [{ kind: "opened" }, []]);
  assert.equal(existsSync(join(folder, "none")), false);
});

test("a configured certificate is used, and none is made", async () => {
  const certificates = `[{ certificate = "${mx.certificate}", key = "${mx.key}" }]`;
  const config = await configured(`state = "${join(folder, "own")}"\n[tls]\ncertificates = ${certificates}`);
  assert.equal(await shown(await open(config)), "DNS:mx.test");
  assert.equal(existsSync(join(folder, "own")), false);
});

const bad: readonly (readonly [what: string, tls: string, problem: RegExp])[] = [
  [
    "a key of another certificate",
    `certificates = [{ certificate = "${mx.certificate}", key = "${other.key}" }]`,
    /^tls\.certificates\.1: .*other\.key: it is not the key of .*mx\.pem/,
  ],
  [
    "a file that is not there, in the second pair",
    `certificates = [{ certificate = "${mx.certificate}", key = "${mx.key}" }, { certificate = "/gone.pem", key = "${mx.key}" }]`,
    /^tls\.certificates\.2: \/gone\.pem: /,
  ],
  [
    "authorities that are none",
    `certificates = [{ certificate = "${mx.certificate}", key = "${mx.key}" }]\nclient_authorities = "${other.certificate}"`,
    /^tls\.client_authorities: .*other\.pem: certificate 1 in it is not of an authority/,
  ],
  [
    "authorities that are none, without a certificate of our own",
    `client_authorities = "${other.certificate}"`,
    /^tls\.client_authorities: .*other\.pem: certificate 1 in it is not of an authority/,
  ],
];
for (const [what, tls, problem] of bad) {
  test(`refused: ${what}`, async () => {
    const read = readTls(await configured(`[tls]\n${tls}`));
    assert.ok(read.kind === "problems");
    assert.equal(read.problems.length, 1);
    assert.match(read.problems[0] ?? "", problem);
  });
}
