// The certificate for a server that has none: made once, kept secret, renewed in time.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openssl } from "../../test/support/openssl.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { developmentCertificate } from "./development_certificate.ts";
import { readMaterial } from "./read_material.ts";

const now = new Date();
const day = 86_400_000;

async function made(state: string, hostname: string, at: Date): Promise<boolean> {
  const result = await developmentCertificate(state, hostname, at);
  assert.ok(result.kind === "ready", JSON.stringify(result));
  return result.made;
}

test("it is made once, with its key in one secret file, and is right in the eyes of openssl and of our own checks", async () => {
  const state = temporaryFolder();
  const result = await developmentCertificate(state, "Mail.Example.test", now);
  assert.ok(result.kind === "ready" && result.made);
  const { files } = result;
  assert.deepEqual(files, { certificate: join(state, "tls/development.pem"), key: join(state, "tls/development.pem") });
  assert.equal(statSync(files.key).mode & 0o777, 0o600);
  assert.equal(statSync(join(state, "tls")).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(join(state, "tls")), ["development.pem"]);
  const names = openssl("x509", "-in", files.certificate, "-noout", "-ext", "subjectAltName,basicConstraints");
  assert.match(names, /DNS:mail\.example\.test, DNS:localhost, IP Address:127\.0\.0\.1/);
  assert.match(names, /CA:FALSE/);
  assert.match(openssl("verify", "-CAfile", files.certificate, "-purpose", "sslserver", files.certificate), /OK/);
  const read = readMaterial({ certificates: [files], minimum: "TLSv1.2", clientCertificates: "off" }, now);
  assert.ok(read.kind === "material");
  assert.deepEqual(read.warnings, []);
  const before = readFileSync(files.key, "utf8");
  assert.equal(await made(state, "mail.example.test", now), false);
  assert.equal(readFileSync(files.key, "utf8"), before);
});

test("it is renewed in its last month, for another host name, and when it is damaged", async () => {
  const state = temporaryFolder();
  const file = join(state, "tls/development.pem");
  assert.equal(await made(state, "mx.test", now), true);
  assert.equal(await made(state, "mx.test", new Date(now.getTime() + 330 * day)), false);
  assert.equal(await made(state, "mx.test", new Date(now.getTime() + 340 * day)), true);
  assert.equal(await made(state, "other.test", new Date(now.getTime() + 340 * day)), true);
  writeFileSync(file, readFileSync(file, "utf8").slice(0, 400));
  assert.equal(await made(state, "other.test", now), true);
  // The clock was wrong when it was made.
  assert.equal(await made(state, "other.test", new Date(now.getTime() - 10 * day)), true);
});

test("a host name that no certificate can hold does not make a new one at each start", async () => {
  const state = temporaryFolder();
  assert.equal(await made(state, "my host", now), true);
  assert.equal(await made(state, "my host", now), false);
});

test("where it cannot be kept, one line says so", async () => {
  const state = temporaryFolder();
  writeFileSync(join(state, "tls"), "in the way");
  const result = await developmentCertificate(state, "mx.test", now);
  assert.ok(result.kind === "failed");
  assert.match(result.message, /tls: a certificate cannot be kept there: .*: make `state` writable, or name a/);
  const second = temporaryFolder();
  mkdirSync(join(second, "tls/development.pem"), { recursive: true });
  assert.equal((await developmentCertificate(second, "mx.test", now)).kind, "failed");
  assert.deepEqual(readdirSync(join(second, "tls")), ["development.pem"]);
});
