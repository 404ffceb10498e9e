// The names in certificates: right, and not to be forged by what stands in other names.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { makePair, type Wanted } from "../../test/support/openssl.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { type CertificateFields, readCertificate } from "./certificate_fields.ts";

const folder = temporaryFolder();

function fieldsOf(name: string, wanted: Wanted): CertificateFields {
  const { certificate } = makePair(folder, name, wanted);
  const fields = readCertificate(new X509Certificate(readFileSync(certificate)).raw);
  assert.ok(fields !== undefined);
  return fields;
}

test("host names and mailboxes of subjectAltName are found, other names are not", () => {
  const others = ["email:Jo@example.org", "IP:127.0.0.1", "URI:http://x.test/"];
  const fields = fieldsOf("plain", { names: ["DNS:MX.Example.org", "DNS:*.wild.test", ...others, "DNS:a_b.test"] });
  assert.deepEqual(fields.dnsNames, ["mx.example.org", "*.wild.test", "a_b.test"]);
  assert.deepEqual(fields.emails, ["Jo@example.org"]);
  assert.equal(fields.signedWith, "1.2.840.10045.4.3.2");
});

test("the common name is no host name (RFC 9525), and a certificate without names has none", () => {
  assert.deepEqual(fieldsOf("mx.example.org", {}).dnsNames, []);
});

test("a name that contains what looks like another is no name", () => {
  const fields = fieldsOf("hidden", {
    names: ["email:a, DNS:admin.test", "email:a@x.test, DNS:admin.test", "DNS:good.test", "URI:http://x/, DNS:b.test"],
  });
  assert.deepEqual(fields.dnsNames, ["good.test"]);
  assert.deepEqual(fields.emails, []);
});

const subjects: readonly [subject: string, text: string][] = [
  ["/C=DE/O=Example/CN=mx.test", "CN=mx.test,O=Example,C=DE"],
  ["/O=Acme, Inc./CN=a", "CN=a,O=Acme\\, Inc."],
  ["/O=x+OU=y/CN=a", "CN=a,O=x+OU=y"],
  ["/CN=# a=b", "CN=\\# a\\=b"],
  ["/CN= a ", "CN=\\ a\\ "],
  ["/CN=ä ü", "CN=ä ü"],
  ["/CN=evil\nCN=admin", "CN=evil\\0aCN\\=admin"],
  ["/CN=x\u202ey", "CN=x\\e2\\80\\aey"],
  ["/emailAddress=a@b.test/CN=c", "CN=c,emailAddress=a@b.test"],
  ["/serialNumber=7/CN=c", "CN=c,2.5.4.5=7"],
];

for (const [index, [subject, text]] of subjects.entries()) {
  test(`an owner ${JSON.stringify(subject)} is told as ${JSON.stringify(text)}`, () => {
    const fields = fieldsOf(`subject${index}`, { subject });
    assert.deepEqual([fields.subject, fields.issuer], [text, text]);
  });
}

test("a hundred names are read, and no more", () => {
  const names = Array.from({ length: 150 }, (_, index) => `DNS:n${index}.test`);
  assert.equal(fieldsOf("many", { names }).dnsNames.length, 100);
});

test("octets that are no certificate give none, and never an exception", () => {
  const der = new X509Certificate(apiCertificate.cert).raw;
  assert.deepEqual(readCertificate(der)?.dnsNames, ["api.test"]);
  for (let length = 0; length < der.length; length++) assert.equal(readCertificate(der.subarray(0, length)), undefined);
  assert.equal(readCertificate(new Uint8Array([...der, 0])), undefined);
  for (let at = 0; at < der.length; at++) {
    for (const octet of [0x00, 0x7f, 0x80, 0x84, 0xff]) readCertificate(der.with(at, octet));
  }
});
