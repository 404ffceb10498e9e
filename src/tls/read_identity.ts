// Reads one certificate with its key, and finds out before a client does what is wrong with them.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { statSync } from "node:fs";
import { displayPath } from "../config/display_path.ts";
import { readText } from "../config/read_text.ts";
import { readCertificate } from "./certificate_fields.ts";
import type { CertificateFiles, Identity } from "./material.ts";
import { certificateLabel, keyLabel, pemBlocks } from "./pem.ts";

export type ReadIdentity =
  | { readonly kind: "identity"; readonly identity: Identity; readonly warnings: readonly string[] }
  /** One line that names the file and the remedy. */
  | { readonly kind: "problem"; readonly problem: string };

type Found<T> = { readonly kind: "found"; readonly found: T } | { readonly kind: "problem"; readonly problem: string };

/** Octets of a PEM file. */
const largest = 1_000_000;

/** Warns so long before the end, in milliseconds. */
const notice = 14 * 24 * 60 * 60 * 1000;

export function readIdentity(files: CertificateFiles, now: Date): ReadIdentity {
  const chain = readChain(files.certificate);
  if (chain.kind === "problem") return chain;
  const key = readKey(files.key);
  if (key.kind === "problem") return key;
  const [own, ...issuers] = chain.found;
  // Deno takes a key of another certificate without a word, and then fails every handshake.
  if (!own.checkPrivateKey(key.found)) {
    const [certificate, keyFile] = [displayPath(files.certificate), displayPath(files.key)];
    return problem(keyFile, `it is not the key of ${certificate}: name the key that this certificate was made for`);
  }
  const names = readCertificate(own.raw)?.dnsNames ?? [];
  return {
    kind: "identity",
    identity: {
      chain: chain.found.map((certificate) => certificate.toString().trimEnd() + "\n").join(""),
      key: key.found.export({ type: "pkcs8", format: "pem" }).toString(),
      der: own.raw,
      names,
    },
    warnings: [
      ...ageWarnings(own, files.certificate, now),
      ...chainWarnings([own, ...issuers], files.certificate),
      ...names.length === 0 ? [`${displayPath(files.certificate)}: it names no host (subjectAltName)`] : [],
      ...exposureWarnings(files.key),
    ],
  };
}

/** All certificates of one PEM file, at least one. */
export function readChain(path: string): Found<readonly [X509Certificate, ...X509Certificate[]]> {
  const file = displayPath(path);
  const read = readPem(path);
  if (read.kind === "problem") return read;
  const blocks = pemBlocks(read.found, certificateLabel);
  const parsed: X509Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      parsed.push(new X509Certificate(block));
    } catch {
      return problem(file, `certificate ${index + 1} in it is damaged: get the file again from who issued it`);
    }
  }
  const [first, ...others] = parsed;
  if (first === undefined) {
    return problem(file, "there is no certificate in it: it must be PEM, -----BEGIN CERTIFICATE-----");
  }
  return { kind: "found", found: [first, ...others] };
}

function readKey(path: string): Found<KeyObject> {
  const file = displayPath(path);
  const read = readPem(path);
  if (read.kind === "problem") return read;
  const [block] = pemBlocks(read.found, keyLabel);
  if (block === undefined) return problem(file, "there is no key in it: it must be PEM, -----BEGIN PRIVATE KEY-----");
  if (/ENCRYPTED/.test(block)) {
    return problem(file, "the key has a passphrase, which nobody could type at a start: openssl pkey -in OLD -out NEW");
  }
  try {
    return { kind: "found", found: createPrivateKey(block) };
  } catch {
    return problem(file, "the key in it is damaged: take it from a copy, or get a new certificate for a new key");
  }
}

function readPem(path: string): Found<string> {
  const file = displayPath(path);
  const read = readText(path, largest);
  switch (read.kind) {
    case "text":
      return { kind: "found", found: read.text };
    case "missing":
      return problem(file, "there is no such file: paths are relative to the folder of the configuration file");
    case "unreadable":
      return problem(file, `${read.why}: it must be a PEM file that the daemon may read`);
  }
}

function ageWarnings(certificate: X509Certificate, path: string, now: Date): readonly string[] {
  const [begins, ends] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const file = displayPath(path);
  if (now < begins) return [`${file}: it is valid only from ${day(begins)} on: is the clock right?`];
  if (now > ends) return [`${file}: it has expired on ${day(ends)}: renew it`];
  return ends.getTime() - now.getTime() < notice ? [`${file}: it expires on ${day(ends)}: renew it`] : [];
}

function chainWarnings(chain: readonly X509Certificate[], path: string): readonly string[] {
  const wrong = chain.findIndex((certificate, index) => index > 0 && chain[index - 1]?.issuer !== certificate.subject);
  if (wrong === -1) return [];
  const told = `certificate ${wrong + 1} in it did not issue certificate ${wrong}`;
  return [`${displayPath(path)}: ${told}: put the server's own first, then its issuer, then the issuer's issuer`];
}

function exposureWarnings(path: string): readonly string[] {
  if ((statSync(path).mode & 0o007) === 0) return [];
  return [`${displayPath(path)}: everybody on this machine may read the key: chmod o= it`];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function problem(file: string, text: string): { readonly kind: "problem"; readonly problem: string } {
  return { kind: "problem", problem: `${file}: ${text}` };
}
