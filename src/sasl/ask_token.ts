// How XOAUTH2 and OAUTHBEARER go on once the token is read: the plugins are asked, and a refusal takes two steps.

import type { TokenClaim } from "./claim.ts";
import { concluded } from "./identity.ts";
import { type Failed, failed, type Next } from "./mechanism.ts";

/** What a refused client is told, as JSON. */
export interface TokenRefusal {
  readonly status: string;
  readonly schemes?: string;
  readonly scope?: string;
  readonly "openid-configuration"?: string;
}

export function askAboutToken(claim: TokenClaim, refusal: TokenRefusal): Next {
  return {
    kind: "ask",
    claim,
    onAnswer: (answer) => {
      const next = concluded(claim, answer);
      const refused = next.kind === "failed" && next.reason !== "unavailable" && next.reason !== "unusableAnswer";
      return refused ? refuseToken(refusal, next) : next;
    },
  };
}

/** RFC 7628 §3.2.3: whatever the client answers to the error, the exchange has failed. */
export function refuseToken(refusal: TokenRefusal, failure: Failed = failed("mismatch")): Next {
  return {
    kind: "challenge",
    octets: Buffer.from(JSON.stringify(refusal)),
    refusing: true,
    onResponse: () => failure,
  };
}
