// Lets in the users of a database that the operator named: it gives the secret, and what the client shows is checked here.

import { definePlugin, HostError, pass } from "#sdk";
import type { Answer, Given, Host, Plugin } from "#sdk";
import { later } from "../shared/claim_refusals.ts";
import { type Claim, conclude, giveKeys, isPassword, judgeDigest } from "../shared/judge_secret.ts";
import { type PasswordSecret, readSecret } from "../shared/secret.ts";
import { canonicalName } from "../shared/user_name.ts";
import { findUser, isParameter, type Lookup } from "./find_user.ts";

interface Setup extends Lookup {
  /** What passwords of those who do not exist are checked against. */
  readonly decoy: PasswordSecret;
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
      return judge({ event, name, known, user: user ?? name, host }, setup);
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

function judge(claim: Claim, { decoy }: Setup): Answer {
  const { event: { step, password, challenge, digest }, known, host: { crypto } } = claim;
  if (step === "keys") return giveKeys(claim);
  if (password !== undefined) {
    // For those who do not exist it takes as long.
    const right = isPassword(known ?? decoy, password, crypto);
    return known === undefined ? pass() : conclude(claim, right);
  }
  return challenge === undefined || digest === undefined ? pass() : judgeDigest(claim, challenge, digest);
}
