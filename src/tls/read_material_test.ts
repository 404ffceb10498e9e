// What is wrong with certificates is said before a client finds out: one line, with the file and the remedy.

import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makePair, openssl } from "../../test/support/openssl.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import type { TlsChoice } from "./material.ts";
import { readMaterial } from "./read_material.ts";

const folder = temporaryFolder();
const authority = makePair(folder, "authority", { authority: true });
const mx = makePair(folder, "mx", { names: ["DNS:mx.test", "DNS:*.mx.test"], by: authority });
const other = makePair(folder, "other", { names: ["DNS:other.test"], key: "rsa:2048" });
const old = makePair(folder, "old", { names: ["DNS:old.test"], valid: ["200101000000Z", "210101000000Z"] });
const nameless = makePair(folder, "nameless");
const now = new Date();

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

function textOf(path: string): string {
  return readFileSync(path, "utf8");
}

function choice(changes: Partial<TlsChoice> = {}): TlsChoice {
  return { certificates: [mx], minimum: "TLSv1.2", clientCertificates: "off", ...changes };
}

/** The lines without the folder. */
function shown(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replaceAll(`${folder}/`, ""));
}

const chain = file("chain.pem", textOf(mx.certificate) + textOf(authority.certificate));
const secret = file("secret.key", openssl("pkey", "-in", mx.key, "-aes256", "-passout", "pass:x"));
const damaged = file("damaged.pem", textOf(mx.certificate).replace(/\n[A-Za-z0-9+/]{8}/, "\nAAAAAAAA"));
const damagedKey = file("damaged.key", textOf(mx.key).replace(/\n[A-Za-z0-9+/]{8}/, "\nAAAAAAAA"));
const empty = file("empty.pem", "nothing here\n");

test("pairs are read in their order, with the names they are for; comments and CRLF do no harm", () => {
  const commented = file("commented.pem", `my server\r\n${textOf(chain).replaceAll("\n", "\r\n")}`);
  const certificates = [{ certificate: commented, key: mx.key }, other];
  const read = readMaterial(choice({ certificates, clientAuthorities: authority.certificate }), now);
  assert.ok(read.kind === "material", JSON.stringify(read));
  assert.deepEqual(read.material.identities.map(({ names }) => names), [["mx.test", "*.mx.test"], ["other.test"]]);
  assert.equal(read.material.identities[0].chain.match(/BEGIN CERTIFICATE/g)?.length, 2);
  assert.match(read.material.authorities?.join() ?? "", /BEGIN CERTIFICATE/);
  assert.deepEqual(read.warnings, []);
});

const problems: readonly [title: string, changes: Partial<TlsChoice>, problem: RegExp][] = [
  [
    "no such certificate",
    { certificates: [{ ...mx, certificate: join(folder, "gone.pem") }] },
    /^tls\.certificates\.1: gone\.pem: there is no such file: paths are relative/,
  ],
  [
    "no such key",
    { certificates: [{ ...mx, key: join(folder, "gone.key") }] },
    /^tls\.certificates\.1: gone\.key: there is no such file/,
  ],
  ["a folder", { certificates: [{ ...mx, key: folder }] }, /it is a folder, not a file: it must be a PEM file/],
  [
    "the key of another certificate",
    { certificates: [mx, { ...mx, key: other.key }] },
    /^tls\.certificates\.2: other\.key: it is not the key of mx\.pem: name the key/,
  ],
  [
    "the key of another certificate of the same kind",
    { certificates: [{ ...mx, key: nameless.key }] },
    /nameless\.key: it is not the key of mx\.pem/,
  ],
  [
    "the two exchanged",
    { certificates: [{ certificate: mx.key, key: mx.certificate }] },
    /mx\.key: there is no certificate in it: it must be PEM/,
  ],
  [
    "no key in it",
    { certificates: [{ ...mx, key: mx.certificate }] },
    /mx\.pem: there is no key in it: it must be PEM/,
  ],
  [
    "a damaged certificate",
    { certificates: [{ ...mx, certificate: damaged }] },
    /damaged\.pem: certificate 1 in it is damaged: get/,
  ],
  ["a damaged key", { certificates: [{ ...mx, key: damagedKey }] }, /damaged\.key: the key in it is damaged: /],
  [
    "a key with a passphrase",
    { certificates: [{ ...mx, key: secret }] },
    /secret\.key: the key has a passphrase.*openssl pkey/,
  ],
  ["no certificate at all", { certificates: [] }, /^tls\.certificates: none is named/],
  [
    "authorities without one",
    { clientAuthorities: empty },
    /^tls\.client_authorities: empty\.pem: there is no certificate/,
  ],
  [
    "an authority that is none",
    { clientAuthorities: mx.certificate },
    /^tls\.client_authorities: mx\.pem: certificate 1 in it is not of an authority/,
  ],
];

for (const [title, changes, problem] of problems) {
  test(`${title}: a problem in one line`, () => {
    const read = readMaterial(choice(changes), now);
    assert.ok(read.kind === "problems");
    const lines = shown(read.problems);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", problem);
    assert.doesNotMatch(lines[0] ?? "", /\n/);
  });
}

test("all problems are told at once", () => {
  const read = readMaterial(choice({ certificates: [{ ...mx, key: empty }, mx, { ...mx, certificate: empty }] }), now);
  assert.ok(read.kind === "problems");
  assert.deepEqual(read.problems.map((line) => line.slice(0, 20)), ["tls.certificates.1: ", "tls.certificates.3: "]);
});

test("what works but should be mended is a warning", () => {
  const reversed = file("reversed.pem", textOf(mx.certificate) + textOf(other.certificate));
  const exposed = file("exposed.key", textOf(mx.key));
  chmodSync(exposed, 0o644);
  const pairs = [old, nameless, { certificate: reversed, key: exposed }];
  const read = readMaterial(choice({ certificates: pairs }), now);
  assert.ok(read.kind === "material");
  assert.deepEqual(shown(read.warnings), [
    "tls.certificates.1: old.pem: it has expired on 2021-01-01: renew it",
    "tls.certificates.2: nameless.pem: it names no host (subjectAltName)",
    "tls.certificates.3: reversed.pem: certificate 2 in it did not issue certificate 1: put the server's own first, " +
    "then its issuer, then the issuer's issuer",
    "tls.certificates.3: exposed.key: everybody on this machine may read the key: chmod o= it",
  ]);
});

test("a certificate is complained of two weeks before its end", () => {
  const daysFromNow = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
  const warningsAt = (date: Date): number => {
    const read = readMaterial(choice(), date);
    return read.kind === "material" ? read.warnings.length : -1;
  };
  assert.deepEqual([70, 80, 100, -2].map((days) => warningsAt(daysFromNow(days))), [0, 1, 1, 1]);
});
