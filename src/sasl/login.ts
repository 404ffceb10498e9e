// LOGIN: asks for a name, then for a password. Never standardized; what clients expect is its two prompts.

import type { PasswordClaim } from "./claim.ts";
import { concluded } from "./identity.ts";
import { failed, type Next } from "./mechanism.ts";
import { prepareName, preparePassword, readUtf8 } from "./prepare.ts";
import { Secret } from "./secret.ts";

const prompts = { name: Buffer.from("Username:"), password: Buffer.from("Password:") };

/** An initial response is the name. */
export function beginLogin(initial: Uint8Array | undefined): Next {
  return initial === undefined ? { kind: "challenge", octets: prompts.name, onResponse: readName } : readName(initial);
}

function readName(response: Uint8Array): Next {
  const user = prepareName(readUtf8(response) ?? "");
  if (user === undefined) return failed("malformed");
  return { kind: "challenge", octets: prompts.password, onResponse: (password) => readPassword(user, password) };
}

function readPassword(user: string, response: Uint8Array): Next {
  const password = preparePassword(readUtf8(response) ?? "");
  if (password === undefined) return failed("malformed");
  const claim: PasswordClaim = { kind: "password", mechanism: "LOGIN", user, password: new Secret(password) };
  return { kind: "ask", claim, onAnswer: (answer) => concluded(claim, answer) };
}
