// Python's smtplib as a client.

import assert from "node:assert/strict";
import { run } from "./programs.ts";
import { projectRoot } from "./runtimes.ts";

/** One message: `headers` and `body` for `send_message`, or `octets` (latin1) for `sendmail` as they are. */
export interface SmtplibJob {
  readonly from: string;
  readonly to: readonly string[];
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly octets?: string;
  /** Parameters of MAIL, for `octets`. */
  readonly options?: readonly string[];
}

export interface SmtplibPlan {
  readonly port: number;
  readonly jobs: readonly SmtplibJob[];
  readonly starttls?: boolean;
  readonly implicit_tls?: boolean;
  /** A PEM file; whom to trust instead of the system's. */
  readonly authorities?: string;
  readonly mechanism?: "PLAIN" | "LOGIN" | "CRAM-MD5" | "XOAUTH2";
  readonly user?: string;
  /** For XOAUTH2 the token. */
  readonly password?: string;
}

/** Recipients that were refused (none: all is well), or the reply that ended it. */
export type SmtplibResult =
  | { readonly refused: { readonly [path: string]: readonly [code: number, text: string] } }
  | { readonly code: number; readonly text: string };

/** All jobs in one session; fails if the session does. */
export async function sendBySmtplib(plan: SmtplibPlan): Promise<readonly SmtplibResult[]> {
  const ran = await run("python3", [`${projectRoot}test/interop/smtplib_client.py`], { input: JSON.stringify(plan) });
  assert.equal(ran.code, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}
