// `qpsmtpd password USER`: a line for the list flat_auth_pw, in which nobody can read the password.

import { randomBytes } from "node:crypto";
import { encodeBase64 } from "../sasl/base64.ts";
import { prepareName, preparePasswordForKeys } from "../sasl/prepare.ts";
import { keysOf } from "../sasl/scram_keys.ts";
import { Secret } from "../sasl/secret.ts";
import { quote } from "../text/quote.ts";
import type { Output } from "./output.ts";
import type { PasswordRead } from "./read_password.ts";

/** What a client computes at each login, and a guesser for each guess: 20 to 90 ms of a core. */
const iterations = 100_000;
const saltOctets = 16;

/** Exit code 0 if the line was printed, 1 if not. */
export async function password(user: string, read: () => Promise<PasswordRead>, output: Output): Promise<number> {
  const name = prepareName(user);
  if (name === undefined || !fitsList(name)) return complain(output, `${quote(user)} cannot be a name in the list`);
  const typed = await read();
  if (typed.kind === "problem") return complain(output, typed.problem);
  const prepared = preparePasswordForKeys(typed.text);
  if (prepared === undefined) {
    return complain(output, "the password is empty, too long, or has a control character in it");
  }
  if (!name.includes("@")) {
    output.complain(`warning: ${name} has no domain: auth_flat_file needs require_domain = false`);
  }
  output.print(`${name}:${await keysLine(new Secret(prepared))}`);
  return 0;
}

/** RFC 5803 §2, as PostgreSQL writes it. */
async function keysLine(password: Secret): Promise<string> {
  const salt = randomBytes(saltOctets);
  const { storedKey, serverKey } = await keysOf({ kind: "password", password, salt, iterations });
  const [salted, stored, server] = [salt, storedKey, serverKey].map(encodeBase64);
  return `SCRAM-SHA-256$${iterations}:${salted}$${stored}:${server}`;
}

/** It ends at the colon, and may not be taken for a comment or for $include. */
function fitsList(name: string): boolean {
  return !/[\p{Z}\p{C}:]|^#|^\$include/u.test(name);
}

function complain(output: Output, problem: string): number {
  output.complain(`password: ${problem}`);
  return 1;
}
