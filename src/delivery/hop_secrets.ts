// Reads the files that reaching the next server needs: its authorities, and the password. Secrets come from files only.

import { X509Certificate } from "node:crypto";
import { open } from "node:fs/promises";
import type { HopChoice, HopSecrets } from "./hop_settings.ts";

export type SecretsRead =
  | { readonly kind: "secrets"; readonly secrets: HopSecrets; readonly warnings: readonly string[] }
  /** Names the key and the remedy. */
  | { readonly kind: "failed"; readonly message: string };

/** Octets; a bundle of all public authorities has 250 KB. */
const mostPem = 1_000_000;
/** RFC 4616 §2 has 255 octets for it. */
const mostPassword = 255;

type FileRead =
  | { readonly kind: "text"; readonly text: string; readonly mode: number }
  | { readonly kind: "failed"; readonly message: string };

export async function readHopSecrets(choice: HopChoice): Promise<SecretsRead> {
  const warnings = warningsOf(choice);
  let secrets: HopSecrets = {};
  if (choice.ca !== undefined) {
    const read = await readFile("ca", choice.ca, mostPem);
    if (read.kind === "failed") return read;
    if (!holdsCertificate(read.text)) return failed("ca", choice.ca, "it holds no PEM certificate");
    secrets = { authorities: read.text };
  }
  if ((choice.user === undefined) !== (choice.passwordFile === undefined)) {
    return { kind: "failed", message: "delivery.smtp: user and password_file need each other" };
  }
  if (choice.passwordFile === undefined) return { kind: "secrets", secrets, warnings };
  const read = await readFile("password_file", choice.passwordFile, mostPassword + 2);
  if (read.kind === "failed") return read;
  const password = read.text.replace(/\r?\n$/, "");
  if (password === "" || password.includes("\0") || Buffer.byteLength(password) > mostPassword) {
    return failed("password_file", choice.passwordFile, `it must hold 1 to ${mostPassword} octets without NUL`);
  }
  // Secrets that containers are given are often for everybody there, so this is no reason to refuse.
  if ((read.mode & 0o007) !== 0) {
    warnings.push(`delivery.smtp.password_file: ${choice.passwordFile} is open to every user: chmod o= it`);
  }
  return { kind: "secrets", secrets: { ...secrets, password }, warnings };
}

function warningsOf(choice: HopChoice): string[] {
  const unproven = choice.user !== undefined && choice.tls !== "verify" && choice.path === undefined;
  return unproven
    ? [`delivery.smtp.tls: the password goes to whoever answers for ${choice.host}; "verify" makes it prove its name`]
    : [];
}

async function readFile(key: string, path: string, most: number): Promise<FileRead> {
  try {
    const file = await open(path);
    try {
      const { mode, size } = await file.stat();
      if (size > most) return failed(key, path, `it is larger than ${most} octets`);
      return { kind: "text", text: await file.readFile("utf8"), mode };
    } finally {
      await file.close();
    }
  } catch (error) {
    return failed(key, path, error instanceof Error ? error.message : String(error));
  }
}

function holdsCertificate(pem: string): boolean {
  const [first] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem) ?? [];
  if (first === undefined) return false;
  try {
    return new X509Certificate(first).raw.length > 0;
  } catch {
    return false;
  }
}

function failed(key: string, path: string, why: string): { readonly kind: "failed"; readonly message: string } {
  return { kind: "failed", message: `delivery.smtp.${key}: cannot use ${path}: ${why}` };
}
