// The certificate of a server for which nobody has got one yet: made once, kept, renewed before it expires.

import { randomUUID, X509Certificate } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { displayPath } from "../config/display_path.ts";
import { writeDurably } from "../spool/durable_file.ts";
import { isHostName } from "./certificate_fields.ts";
import { issueSelfSigned } from "./issue_self_signed.ts";
import type { CertificateFiles } from "./material.ts";
import { readIdentity } from "./read_identity.ts";

export type DevelopmentCertificate =
  /** `made` now, or found as it was left. */
  | { readonly kind: "ready"; readonly files: CertificateFiles; readonly made: boolean }
  /** One line that names the file and the remedy. */
  | { readonly kind: "failed"; readonly message: string };

const dayLength = 24 * 60 * 60 * 1000;

/** Some clients take none that is longer valid than 398 days. */
const validity = 365 * dayLength;

/** Renewed at the first start in its last month. */
const margin = 30 * dayLength;

/** Lies in `state`/tls with its key, both in one file: so there is never one without the other. Mode 0600. */
export async function developmentCertificate(
  state: string,
  hostname: string,
  now: Date,
): Promise<DevelopmentCertificate> {
  const folder = join(state, "tls");
  const path = join(folder, "development.pem");
  const files = { certificate: path, key: path };
  const hostNames = [...new Set([hostname.toLowerCase(), "localhost"])].filter(isHostName);
  if (serves(files, hostNames, now)) return { kind: "ready", files, made: false };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    return failed(folder, error instanceof Error ? error.message : String(error));
  }
  // A minute of grace: clocks differ.
  const [from, until] = [new Date(now.getTime() - 60_000), new Date(now.getTime() + validity)];
  const pem = await issueSelfSigned({ hostNames, addresses: ["127.0.0.1", "::1"], from, until });
  const written = await writeDurably({
    temporary: join(folder, `.${randomUUID()}`),
    final: path,
    mode: 0o600,
    pieces: () => [new TextEncoder().encode(pem)],
  });
  if (written.kind === "written") return { kind: "ready", files, made: true };
  return failed(path, written.kind === "full" ? "the disk is full" : written.message);
}

/** The one left there is whole, for these names, and will be valid for a while. */
function serves(files: CertificateFiles, hostNames: readonly string[], now: Date): boolean {
  const read = readIdentity(files, now);
  if (read.kind === "problem") return false;
  const { names, der } = read.identity;
  const { validFrom, validTo } = new X509Certificate(der);
  const lasts = new Date(validTo).getTime() - now.getTime() > margin && new Date(validFrom) <= now;
  return lasts && hostNames.every((name) => names.includes(name));
}

function failed(path: string, why: string): DevelopmentCertificate {
  const remedy = "make `state` writable, or name a certificate in tls.certificates";
  return { kind: "failed", message: `${displayPath(path)}: a certificate cannot be kept there: ${why}: ${remedy}` };
}
