// Lets in whoever stands in the list `flat_auth_pw` and can show it: by password, keys or certificate.

import { accept, defer, definePlugin, HostError, pass } from "#sdk";
import type { Answer, Certificate, ConfiguringHost, Plugin } from "#sdk";
import { foreign } from "../shared/claim_refusals.ts";
import { type Claim, conclude, giveKeys, isPassword, judgeDigest } from "../shared/judge_secret.ts";
import type { PasswordSecret } from "../shared/secret.ts";
import { canonicalName } from "../shared/user_name.ts";
import { listName, readUsers, type Users } from "./users.ts";

interface Setup extends Users {
  /** Whose secrets are checked against when the name is not known. */
  readonly secrets: readonly PasswordSecret[];
  /** Nobody outside can tell from it which of them that is. */
  readonly decoyKey: string;
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
    const { authorize, certificate, challenge, digest, password } = event;
    if (certificate !== undefined) return byCertificate(certificate, authorize, setup);
    const name = canonicalName(event.claimed);
    const claim: Claim = { event, name, known: setup.passwords.get(name), user: name, host };
    if (event.step === "keys") return giveKeys(claim);
    if (password !== undefined) return byPassword(claim, password, setup);
    if (challenge !== undefined && digest !== undefined) return judgeDigest(claim, challenge, digest);
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
function byPassword(claim: Claim, password: string, setup: Setup): Answer {
  // Drawn for those who are known as well: otherwise it would take less time for them.
  const decoy = decoyFor(claim, setup);
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
function decoyFor({ name, host }: Claim, { secrets, decoyKey }: Setup): PasswordSecret | undefined {
  if (secrets.length === 0) return undefined;
  const drawn = parseInt(host.crypto.hmac("sha256", decoyKey, name).slice(0, 8), 16);
  return secrets[drawn % secrets.length];
}

/** EXTERNAL. Of a certificate of several users the client has to say whom it means. */
function byCertificate(certificate: Certificate, authorize: string | undefined, { certificates }: Setup): Answer {
  const names = certificate.verified ? certificates.get(certificate.fingerprint) ?? [] : [];
  const user = authorize ?? (names.length === 1 ? names[0] : undefined);
  if (user === undefined || names.length === 0) return pass();
  return names.includes(user) ? { ...accept(), user } : foreign();
}
