// Lets in whoever stands in the list `flat_auth_pw` and can show it: by password, keys or certificate.

import { accept, defer, definePlugin, HostError, pass, reject } from "#sdk";
import type { Answer, Certificate, ConfiguringHost, Host, Plugin } from "#sdk";
import { isDigest, isPassword, keysOf } from "../shared/judge_secret.ts";
import type { PasswordSecret } from "../shared/secret.ts";
import { canonicalName } from "../shared/user_name.ts";
import { listName, readUsers, type Users } from "./users.ts";

interface Setup extends Users {
  /** Whose secrets are checked against when the name is not known. */
  readonly secrets: readonly PasswordSecret[];
  /** Nobody outside can tell from it which of them that is. */
  readonly decoyKey: string;
}

/** One claim, and all that it is judged by. */
interface Claim {
  readonly name: string;
  /** Whom the client wants to act for, if that is someone else. */
  readonly authorize: string | undefined;
  /** The secret of that name. */
  readonly known: PasswordSecret | undefined;
  readonly setup: Setup;
  readonly host: Host;
}

const plugin: Plugin<Setup> = definePlugin({
  configure(given, host): Setup {
    const users = readUsers(given);
    if (users.passwords.size === 0 && users.certificates.size === 0) given.unused("auth");
    warnOfClear(users, host);
    const secrets = [...users.passwords.values()];
    return { ...users, secrets, decoyKey: JSON.stringify(secrets.slice(0, 100)).slice(0, 16_384) };
  },

  auth(event, setup, host): Answer {
    const { authorize, certificate, challenge, digest, mechanism, password } = event;
    if (certificate !== undefined) return byCertificate(certificate, authorize, setup);
    const name = canonicalName(event.claimed);
    const claim: Claim = { name, authorize, known: setup.passwords.get(name), setup, host };
    if (event.step === "keys") return giveKeys(claim, mechanism);
    if (password !== undefined) return byPassword(claim, password);
    if (challenge !== undefined && digest !== undefined) return byDigest(claim, challenge, digest);
    // Tokens are for others to judge.
    return pass();
  },
});

export default plugin;

function warnOfClear({ passwords }: Users, host: ConfiguringHost): void {
  const names = [...passwords].filter(([, { kind }]) => kind === "clear").map(([name]) => name);
  if (names.length === 0) return;
  const who = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  host.log("warn", `${listName} has passwords in clear (${who}): "qpsmtpd password USER" makes keys of them`);
}

/** PLAIN and LOGIN. */
function byPassword(claim: Claim, password: string): Answer {
  // Drawn for those who are known as well: otherwise it would take less time for them.
  const decoy = decoyFor(claim);
  const secret = claim.known ?? decoy;
  if (secret === undefined) return pass();
  try {
    const right = isPassword(secret, password, claim.host.crypto);
    return claim.known === undefined ? pass() : conclude(claim, right);
  } catch (error) {
    const later = error instanceof HostError && (error.code === "busy" || error.code === "timeout");
    if (!later) throw error;
    return defer("Too many passwords are being checked, try again later", { status: "4.7.0" });
  }
}

/** The secret of another, for one name always the same: so a check takes what it takes for somebody who exists. */
function decoyFor({ name, setup: { secrets, decoyKey }, host }: Claim): PasswordSecret | undefined {
  if (secrets.length === 0) return undefined;
  const drawn = parseInt(host.crypto.hmac("sha256", decoyKey, name).slice(0, 8), 16);
  return secrets[drawn % secrets.length];
}

/** CRAM-MD5, RFC 2195. */
function byDigest(claim: Claim, challenge: string, digest: string): Answer {
  const { name, known, host: { crypto, log } } = claim;
  const right = isDigest(known, { challenge, digest }, crypto);
  if (known?.kind === "clear") return conclude(claim, right);
  if (known !== undefined) log("info", `${name}: CRAM-MD5 needs a password in clear`);
  return pass();
}

/** SCRAM-SHA-256: the host checks the proof, and makes up keys for those who are not known. */
function giveKeys(claim: Claim, mechanism: string): Answer {
  const { name, known, host } = claim;
  if (known === undefined || !mechanism.startsWith("SCRAM-SHA-256")) return pass();
  if (known.kind === "hash") {
    host.log("info", `${name}: ${mechanism} needs SCRAM keys, or a password in clear`);
    return pass();
  }
  const verdict = conclude(claim, true);
  return verdict.verdict === "accept" ? { ...verdict, keys: keysOf(known) } : verdict;
}

/** EXTERNAL. Of a certificate of several users the client has to say whom it means. */
function byCertificate(certificate: Certificate, authorize: string | undefined, { certificates }: Setup): Answer {
  const names = certificate.verified ? certificates.get(certificate.fingerprint) ?? [] : [];
  const user = authorize ?? (names.length === 1 ? names[0] : undefined);
  if (user === undefined || names.length === 0) return pass();
  return names.includes(user) ? { ...accept(), user } : foreign();
}

function conclude({ name, authorize }: Claim, right: boolean): Answer {
  if (!right) return reject("Wrong password", { status: "5.7.8" });
  return authorize === undefined || authorize === name ? { ...accept(), user: name } : foreign();
}

function foreign(): Answer {
  return reject("Nobody may act for another", { status: "5.7.8" });
}
