// How a claim is refused: in the same words by all plugins, so that nobody can tell which of them knows a user.

import { defer, reject } from "#sdk";
import type { Answer } from "#sdk";

export function wrong(): Answer {
  return reject("Wrong password", { status: "5.7.8" });
}

export function foreign(): Answer {
  return reject("Nobody may act for another", { status: "5.7.8" });
}

/** What the claim is checked against cannot be reached, or the operator has to look at it. */
export function later(): Answer {
  return defer("Passwords cannot be checked now, try again later", { status: "4.7.0" });
}
