// What a generation encrypts with: the configured certificates, or one of our own for trying out.

import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import { openAcceptor, type Upgrade } from "../tls/acceptor.ts";
import { developmentCertificate } from "../tls/development_certificate.ts";
import type { TlsMaterial } from "../tls/material.ts";
import { authorityProblems, readMaterial } from "../tls/read_material.ts";

/** Absent where no listener speaks TLS. Problems and warnings begin with the setting, without the file. */
export type TlsRead =
  | { readonly kind: "read"; readonly material?: TlsMaterial; readonly warnings: readonly string[] }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

export type TlsOpened =
  | { readonly kind: "opened"; readonly upgrade?: Upgrade }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** Reads and checks what is configured; writes nothing. */
export function readTls(config: Config): TlsRead {
  if (!isSpoken(config)) return { kind: "read", warnings: [] };
  if (config.tls.certificates.length === 0) {
    // The certificate made by ourselves is not there yet.
    const problems = authorityProblems(config.tls);
    return problems.length > 0 ? { kind: "problems", problems } : { kind: "read", warnings: [] };
  }
  const read = readMaterial(config.tls, new Date());
  return read.kind === "problems" ? read : { ...read, kind: "read" };
}

export async function openTls(config: Config, material: TlsMaterial | undefined, log: Log): Promise<TlsOpened> {
  if (!isSpoken(config)) return { kind: "opened" };
  if (material !== undefined) return { kind: "opened", upgrade: openAcceptor(material).upgrade };
  const made = await developmentCertificate(config.state, config.hostname, new Date());
  if (made.kind === "failed") return { kind: "problems", problems: [`tls.certificates: ${made.message}`] };
  if (made.made) {
    log("warn", "made a certificate that nobody will believe, for trying out", { file: made.files.certificate });
  }
  const read = readMaterial({ ...config.tls, certificates: [made.files] }, new Date());
  return read.kind === "problems" ? read : { kind: "opened", upgrade: openAcceptor(read.material).upgrade };
}

function isSpoken({ listen }: Config): boolean {
  return listen.some(({ tls }) => tls !== "off");
}
