// Whose session it is, once plugins accepted a claim.

import type { Claim } from "./claim.ts";
import { type Accepted, type Answer, type Failed, failed, type Next, type Succeeded } from "./mechanism.ts";
import { prepareName } from "./prepare.ts";

/** The end of an exchange in which the plugins alone decide. */
export function concluded(claim: Claim, answer: Answer): Next {
  return answer.kind === "accepted" ? identified(claim, answer) : failed(refusalReason(answer));
}

export function refusalReason(answer: Exclude<Answer, Accepted>): "mismatch" | "unavailable" {
  return answer.kind === "unavailable" ? "unavailable" : "mismatch";
}

/** The user that plugins accepted: named by them, or by the claim where the secret proves the name. */
export function identified(claim: Claim, answer: Accepted): Succeeded | Failed {
  const proved = claim.kind === "token" || claim.kind === "certificate" ? undefined : claim.user;
  const wanted = claim.kind === "token" ? claim.user : claim.authorize;
  // It goes into events, trace fields and logs: a plugin has no more freedom in it than a client.
  const user = answer.user === undefined ? proved : prepareName(answer.user);
  if (user === undefined) return failed("unusableAnswer");
  return wanted === undefined || wanted === user ? { kind: "succeeded", user } : failed("notAuthorized");
}

/** The name a claim goes by in a log. */
export function claimedName(claim: Claim): string | undefined {
  return claim.kind === "certificate" ? claim.authorize : claim.user;
}

/** `authorize` of a claim, if there is anything in it: to be oneself needs no leave. */
export function authorizing(user: string, wanted: string | undefined): { readonly authorize?: string } {
  return wanted === undefined || wanted === user ? {} : { authorize: wanted };
}
