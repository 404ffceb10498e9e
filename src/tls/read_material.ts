// Reads everything that `[tls]` names. All problems at once: nobody likes to mend them one by one.

import { displayPath } from "../config/display_path.ts";
import type { Identity, TlsChoice, TlsMaterial } from "./material.ts";
import { readChain, readIdentity } from "./read_identity.ts";

export type ReadMaterial =
  | { readonly kind: "material"; readonly material: TlsMaterial; readonly warnings: readonly string[] }
  /** One line each, beginning with the dotted path of the setting. */
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** Synchronous: called at start and on reload only. */
export function readMaterial(choice: TlsChoice, now: Date): ReadMaterial {
  const problems: string[] = [];
  const warnings: string[] = [];
  const identities: Identity[] = [];
  for (const [index, files] of choice.certificates.entries()) {
    const place = `tls.certificates.${index + 1}`;
    const read = readIdentity(files, now);
    if (read.kind === "problem") {
      problems.push(`${place}: ${read.problem}`);
      continue;
    }
    identities.push(read.identity);
    warnings.push(...read.warnings.map((warning) => `${place}: ${warning}`));
  }
  const authorities = readAuthorities(choice.clientAuthorities, problems);
  const [first, ...others] = identities;
  if (first === undefined && problems.length === 0) problems.push("tls.certificates: none is named: name one");
  if (first === undefined || problems.length > 0) return { kind: "problems", problems };
  const { minimum, clientCertificates } = choice;
  const material = { identities: [first, ...others], minimum, clientCertificates } as const;
  return { kind: "material", material: authorities === undefined ? material : { ...material, authorities }, warnings };
}

/** What is wrong with `client_authorities`, for when there is no certificate of our own yet. */
export function authorityProblems(choice: TlsChoice): readonly string[] {
  const problems: string[] = [];
  readAuthorities(choice.clientAuthorities, problems);
  return problems;
}

function readAuthorities(path: string | undefined, problems: string[]): readonly string[] | undefined {
  if (path === undefined) return undefined;
  const chain = readChain(path);
  if (chain.kind === "problem") {
    problems.push(`tls.client_authorities: ${chain.problem}`);
    return undefined;
  }
  const wrong = chain.found.findIndex((certificate) => !certificate.ca);
  if (wrong !== -1) {
    const told = `certificate ${wrong + 1} in it is not of an authority: name the one that issues to your clients`;
    problems.push(`tls.client_authorities: ${displayPath(path)}: ${told}`);
  }
  return chain.found.map((certificate) => certificate.toString());
}
