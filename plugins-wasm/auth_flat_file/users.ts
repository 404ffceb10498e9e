// The list `flat_auth_pw`: who there is, and how each can show who it is.

import type { Given } from "#sdk";
import { canonicalName } from "../shared/user_name.ts";
import { type PasswordSecret, readSecret } from "../shared/secret.ts";

export const listName = "flat_auth_pw";

export interface Users {
  /** By canonical name. */
  readonly passwords: ReadonlyMap<string, PasswordSecret>;
  /** Canonical names by fingerprint. */
  readonly certificates: ReadonlyMap<string, readonly string[]>;
}

/** Every bad line becomes a problem of the configuration. */
export function readUsers(given: Given): Users {
  const passwords = new Map<string, PasswordSecret>();
  const certificates = new Map<string, readonly string[]>();
  for (const [index, line] of (given.lists[listName] ?? []).entries()) {
    const problem = addLine(passwords, certificates, line, given.settings["require_domain"] !== false);
    if (problem !== undefined) given.problem(`lists.${listName}[${index}]`, problem);
  }
  return { passwords, certificates };
}

function addLine(
  passwords: Map<string, PasswordSecret>,
  certificates: Map<string, readonly string[]>,
  line: string,
  requireDomain: boolean,
): string | undefined {
  const colon = line.indexOf(":");
  // The line may be nothing but a secret: it is not repeated.
  if (colon < 1) return "must be user@domain:secret";
  const name = canonicalName(line.slice(0, colon));
  const wrong = nameProblem(name, requireDomain);
  if (wrong !== undefined) return wrong;
  const secret = readSecret(line.slice(colon + 1));
  if (typeof secret === "string") return `${name} ${secret}`;
  if (secret.kind === "certificate") {
    const { fingerprint } = secret;
    certificates.set(fingerprint, [...new Set([...certificates.get(fingerprint) ?? [], name])]);
    return undefined;
  }
  if (passwords.has(name)) return `${name} has a password in an earlier line already`;
  passwords.set(name, secret);
  return undefined;
}

/** What the host takes for a name, and what a log can show. */
function nameProblem(name: string, requireDomain: boolean): string | undefined {
  if (name.length > 255) return "has a name of more than 255 characters";
  if (/[\p{Z}\p{C}]/u.test(name)) return "has a blank or a control character in its name";
  if (!requireDomain || /^[^@]+@[^@]+$/.test(name)) return undefined;
  return `${name} is not like user@domain; set require_domain = false if it is meant`;
}
