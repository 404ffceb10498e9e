// The one place where secrets of a claim become text again: what plugins of the hook `auth` are told.

import type { Asked, AuthEvent } from "../../sdk/contract/event.ts";
import type { Claim } from "./claim.ts";

/** `claimed` is empty where the client leaves it to the plugins to say who it is. */
export function revealClaim(claim: Claim): Omit<AuthEvent, keyof Asked> {
  const step = claim.kind === "keys" ? "keys" : "check";
  const said = { mechanism: claim.mechanism, step, claimed: claimedBy(claim) } as const;
  switch (claim.kind) {
    case "password":
      return { ...said, ...authorizeOf(claim), password: claim.password.reveal() };
    case "digest":
      return { ...said, ...authorizeOf(claim), challenge: claim.challenge, digest: claim.digest.reveal() };
    case "keys":
      return { ...said, ...authorizeOf(claim) };
    case "token":
      return { ...said, token: claim.token.reveal() };
    case "certificate":
      return { ...said, ...authorizeOf(claim), certificate: claim.certificate };
  }
}

function claimedBy(claim: Claim): string {
  return claim.kind === "certificate" ? "" : claim.user ?? "";
}

function authorizeOf({ authorize }: { readonly authorize?: string }): { readonly authorize?: string } {
  return authorize === undefined ? {} : { authorize };
}
