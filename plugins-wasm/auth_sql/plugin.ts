// Lets in the users of a database that the operator named: it gives the secret, and what the client shows is checked here.

import { accept, defer, definePlugin, HostError, pass, reject } from "#sdk";
import type { Answer, AuthEvent, Given, Host, Plugin } from "#sdk";
import { isDigest, isPassword, keysOf } from "../shared/judge_secret.ts";
import { type PasswordSecret, readSecret } from "../shared/secret.ts";
import { canonicalName } from "../shared/user_name.ts";
import { findUser, isParameter, type Lookup } from "./find_user.ts";

interface Setup extends Lookup {
  /** What passwords of those who do not exist are checked against. */
  readonly decoy: PasswordSecret;
}

/** One claim, and all that it is judged by. */
interface Claim {
  readonly event: AuthEvent;
  readonly name: string;
  readonly known: PasswordSecret | undefined;
  /** Whom the database says it is; the name unless it says so. */
  readonly user: string;
  readonly setup: Setup;
  readonly host: Host;
}

const plugin: Plugin<Setup> = definePlugin({
  configure(given): Setup {
    const { database, query, timeout } = given.settings;
    const parameters = given.settings["parameters"] as readonly string[];
    if (String(query).trim() === "") given.problem("settings.query", "must not be empty");
    const unknown = parameters.find((name) => !isParameter(name));
    if (unknown !== undefined) given.problem("settings.parameters", "may hold user, local_part and domain");
    return {
      database: String(database),
      query: String(query),
      parameters: parameters.filter(isParameter),
      timeout: Number(timeout) * 1000,
      decoy: decoyOf(given),
    };
  },

  auth(event, setup, host): Answer {
    const { certificate, token } = event;
    if (certificate !== undefined || token !== undefined) return pass();
    return withinReach(host, () => {
      const name = canonicalName(event.claimed);
      const found = findUser(name, setup, host);
      if (found.kind === "notHere") return pass();
      if (found.kind === "doubtful") return later();
      const { secret: known, user } = found;
      return judge({ event, name, known, user: user ?? name, setup, host });
    });
  },
});

export default plugin;

function decoyOf(given: Given): PasswordSecret {
  const secret = readSecret(String(given.settings["decoy"]));
  if (typeof secret !== "string" && secret.kind !== "certificate") return secret;
  given.problem(
    "settings.decoy",
    typeof secret === "string" ? secret : "must be one that passwords are checked against",
  );
  return { kind: "clear", password: "nobody's password" };
}

/** What keeps the database or the check from answering is no word about the client. */
function withinReach(host: Host, act: () => Answer): Answer {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    host.log("error", `users cannot be looked up or checked: ${error.code}: ${error.message}`);
    return later();
  }
}

function judge(claim: Claim): Answer {
  const { event: { step, password, challenge, digest }, known, setup, host: { crypto } } = claim;
  if (step === "keys") return giveKeys(claim);
  if (password !== undefined) {
    // For those who do not exist it takes as long.
    const right = isPassword(known ?? setup.decoy, password, crypto);
    return known === undefined ? pass() : conclude(claim, right);
  }
  if (challenge === undefined || digest === undefined) return pass();
  const right = isDigest(known, { challenge, digest }, crypto);
  if (known?.kind === "clear") return conclude(claim, right);
  if (known !== undefined) claim.host.log("info", `${claim.name}: CRAM-MD5 needs a password in clear`);
  return pass();
}

/** SCRAM-SHA-256: the host checks the proof, and makes up keys for those who are not known. */
function giveKeys(claim: Claim): Answer {
  const { event: { mechanism }, name, known, host } = claim;
  if (known === undefined || !mechanism.startsWith("SCRAM-SHA-256")) return pass();
  if (known.kind === "hash") {
    host.log("info", `${name}: ${mechanism} needs SCRAM keys, or a password in clear`);
    return pass();
  }
  const verdict = conclude(claim, true);
  return verdict.verdict === "accept" ? { ...verdict, keys: keysOf(known) } : verdict;
}

function conclude({ event: { authorize }, name, user }: Claim, right: boolean): Answer {
  if (!right) return reject("Wrong password", { status: "5.7.8" });
  if (authorize === undefined || canonicalName(authorize) === name) return { ...accept(), user };
  return reject("Nobody may act for another", { status: "5.7.8" });
}

function later(): Answer {
  return defer("Passwords cannot be checked now, try again later", { status: "4.7.0" });
}
